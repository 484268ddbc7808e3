import { useMutation } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly record: RecordView;
  /** Which step it is, of the words under `state`. */
  readonly step: "enable" | "disable" | "activate" | "revoke";
  /** The code that the field `state` is given. */
  readonly state: string;
}

/** One click and its confirmation, which says what follows, from one state to another. */
export function StateButton({ record, step, state }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const { message } = App.useApp();
  const change = useMutation({
    mutationFn: () =>
      api.commit(
        "edit",
        [{ kind: record.kind, id: record.id, operation: "update", fields: { state } }],
        language,
      ),
    onSuccess: () => {
      void message.success(t("form.saved"));
      refresh();
    },
    onError: (error) => void message.error(error.message, 8),
  });
  return (
    <Popconfirm
      title={t(`state.${step}Ask`, { name: record.fields["name"]?.shown ?? record.fields["label"]?.shown ?? "" })}
      okText={t(`state.${step}`)}
      onConfirm={() => {
        change.mutate();
      }}
    >
      <Button size="small" danger={step === "disable" || step === "revoke"} loading={change.isPending}>
        {t(`state.${step}`)}
      </Button>
    </Popconfirm>
  );
}
