import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import type { RecordView } from "../../api/types";
import { minuteText } from "../../i18n/moments";
import { useWindowEnd } from "./useWindowEnd";

/** Ends a window that is open or still to come. */
export function CloseWindowButton({ record }: { readonly record: RecordView }) {
  const { t } = useTranslation();
  const { change, isOver, now } = useWindowEnd(record);
  return isOver ? null : (
    <Popconfirm
      title={t("windows.closeAsk")}
      okText={t("windows.close")}
      onConfirm={() => {
        change.mutate(minuteText(now));
      }}
    >
      <Button size="small" danger loading={change.isPending}>
        {t("windows.close")}
      </Button>
    </Popconfirm>
  );
}
