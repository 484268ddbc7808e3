import { Button, Form, Space } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { RecordView } from "../../api/types";
import { fieldNamed, useKind } from "../../catalog/catalog";
import { MomentInput } from "../../catalog/MomentInput";
import { Dialog } from "../../components/Dialog";
import { minuteText } from "../../i18n/moments";
import { momentOf, useWindowEnd } from "./useWindowEnd";

const DAY_MS = 86_400_000;

/** Gives a window a later end, a day later unless another one is chosen. */
export function ExtendWindowButton({ record }: { readonly record: RecordView }) {
  const { t } = useTranslation();
  const { change, now } = useWindowEnd(record);
  const [end, setEnd] = useState<string>();
  const id = useId();
  const close = () => {
    setEnd(undefined);
  };
  const field = fieldNamed(useKind(record.kind), "ends_at");
  return (
    <>
      <Button
        size="small"
        onClick={() => {
          setEnd(minuteText(Math.max(momentOf(record, "ends_at"), now) + DAY_MS));
        }}
      >
        {t("windows.extend")}
      </Button>
      {end !== undefined && field !== undefined && (
        <Dialog title={t("windows.extend")} onClose={close}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              change.mutate(end, { onSuccess: close });
            }}
          >
            <Form.Item layout="vertical" label={t("windows.newEnd")} htmlFor={id}>
              <MomentInput field={field} id={id} value={end} onChange={setEnd} />
            </Form.Item>
            <Space>
              <Button type="primary" htmlType="submit" loading={change.isPending}>
                {t("windows.extend")}
              </Button>
              <Button onClick={close}>{t("form.cancel")}</Button>
            </Space>
          </form>
        </Dialog>
      )}
    </>
  );
}
