import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { DialogButton } from "../../components/DialogButton";
import { useLanguage } from "../../i18n/useLanguage";

function CodeForm({
  record,
  onClose,
}: {
  readonly record: RecordView;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const [activates, setActivates] = useState(false);
  const made = useMutation({
    mutationFn: () => api.makeCode(record.id, activates, language),
    onSuccess: refresh,
  });
  return (
    <>
      {made.isError && <Alert type="warning" showIcon role="alert" message={made.error.message} />}
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
            <Button onClick={onClose}>{t("form.cancel")}</Button>
          </Space>
        </>
      ) : (
        <>
          <Typography.Paragraph code copyable aria-label={t("code.code")}>
            {made.data.code}
          </Typography.Paragraph>
          <p>{t("code.made", { minutes: made.data.minutes })}</p>
          <Button onClick={onClose}>{t("form.close")}</Button>
        </>
      )}
    </>
  );
}

/** Makes a one-time code for a device of the account, or for a forgotten password; shown once. */
export function CodeButton({ record }: { readonly record: RecordView }) {
  const { t } = useTranslation();
  return (
    <DialogButton
      label={t("code.make")}
      title={t("code.title", { name: record.fields["name"]?.shown ?? "" })}
      size="small"
    >
      {(close) => <CodeForm record={record} onClose={close} />}
    </DialogButton>
  );
}
