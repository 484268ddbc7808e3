import { useMutation } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { useLanguage } from "../../i18n/useLanguage";

/** Takes a record out of use, or brings it back; nothing is ever deleted. */
export function RetireButton({ record }: { readonly record: RecordView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const { message } = App.useApp();
  const operation = record.retired ? "restore" : "retire";
  const change = useMutation({
    mutationFn: () =>
      api.commit(operation, [{ kind: record.kind, id: record.id, operation }], language),
    onSuccess: refresh,
    onError: (error) => void message.error(error.message, 8),
  });
  return (
    <Popconfirm
      title={t(record.retired ? "record.restoreAsk" : "record.retireAsk")}
      okText={t(`record.${operation}`)}
      onConfirm={() => {
        change.mutate();
      }}
    >
      <Button loading={change.isPending}>{t(`record.${operation}`)}</Button>
    </Popconfirm>
  );
}
