import { useMutation } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useOpenStatus, useRefresh } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { useLanguage } from "../../i18n/useLanguage";

export const momentOf = (record: RecordView, field: string): number =>
  Date.parse(record.fields[field]?.value ?? "");

/** Gives an edit window another end. */
export function useWindowEnd(record: RecordView) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const { message } = App.useApp();
  const now = useOpenStatus()?.now ?? 0;
  const change = useMutation({
    mutationFn: (end: string) =>
      api.commit(
        "edit",
        [{ kind: record.kind, id: record.id, operation: "update", fields: { ends_at: end } }],
        language,
      ),
    onSuccess: () => {
      void message.success(t("form.saved"));
      refresh();
    },
    onError: (error) => void message.error(error.message, 8),
  });
  const isOver = momentOf(record, "ends_at") <= now;
  return { change, isOver, now };
}
