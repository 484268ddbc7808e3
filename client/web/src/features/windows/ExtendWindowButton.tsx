import { Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { RecordView } from "../../api/types";
import { fieldNamed, useKind } from "../../catalog/catalog";
import { MomentInput } from "../../catalog/MomentInput";
import { minuteText } from "../../i18n/moments";
import { momentOf, useWindowEnd } from "./useWindowEnd";

const DAY_MS = 86_400_000;

/** Gives a window a later end, a day later unless another one is chosen. */
export function ExtendWindowButton({ record }: { readonly record: RecordView }) {
  const { t } = useTranslation();
  const { change, now } = useWindowEnd(record);
  const [end, setEnd] = useState<string>();
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
      <Modal
        title={t("windows.extend")}
        open={end !== undefined}
        okText={t("windows.extend")}
        confirmLoading={change.isPending}
        onCancel={() => {
          setEnd(undefined);
        }}
        onOk={() => {
          change.mutate(end ?? "", {
            onSuccess: () => {
              setEnd(undefined);
            },
          });
        }}
      >
        {field !== undefined && (
          <MomentInput
            field={field}
            label={t("windows.newEnd")}
            value={end}
            onChange={setEnd}
          />
        )}
      </Modal>
    </>
  );
}
