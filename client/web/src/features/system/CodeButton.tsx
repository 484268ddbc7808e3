import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { useLanguage } from "../../i18n/useLanguage";

/** Makes a one-time code for a device of the account, or for a forgotten password. */
export function CodeButton({ record }: { readonly record: RecordView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const [activates, setActivates] = useState(false);
  const made = useMutation({
    mutationFn: () => api.makeCode(record.id, activates, language),
    onSuccess: refresh,
  });
  const close = () => {
    setOpen(false);
    // Shown once, and kept nowhere.
    made.reset();
  };
  return (
    <>
      <Button
        size="small"
        onClick={() => {
          setActivates(false);
          setOpen(true);
        }}
      >
        {t("code.make")}
      </Button>
      {isOpen && (
        <Dialog
          title={t("code.title", { name: record.fields["name"]?.shown ?? "" })}
          onClose={close}
        >
          {made.isError && (
            <Alert type="warning" showIcon role="alert" message={made.error.message} />
          )}
          {made.data === undefined ? (
            <>
              <p>{t("code.ask")}</p>
              <p>
                <Checkbox
                  checked={activates}
                  onChange={(event) => {
                    setActivates(event.target.checked);
                  }}
                >
                  {t("code.activates")}
                </Checkbox>
              </p>
              <Space>
                <Button
                  type="primary"
                  loading={made.isPending}
                  onClick={() => {
                    made.mutate();
                  }}
                >
                  {t("code.make")}
                </Button>
                <Button onClick={close}>{t("form.cancel")}</Button>
              </Space>
            </>
          ) : (
            <>
              <Typography.Paragraph code copyable aria-label={t("code.code")}>
                {made.data.code}
              </Typography.Paragraph>
              <p>{t("code.made", { minutes: made.data.minutes })}</p>
              <Button onClick={close}>{t("form.close")}</Button>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
