import { UndoOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { Group } from "../../api/types";
import { useLanguage } from "../../i18n/useLanguage";

/** What waits, or is in effect; of what was set aside or refused there is nothing to take back. */
const UNDOABLE: ReadonlySet<string> = new Set(["waiting", "accepted", "merged"]);

/** Undoes a group of one's own by another one; refused where its values have changed since. */
export function UndoButton({
  group,
}: {
  readonly group: Pick<Group, "sequence" | "stage" | "action">;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const { message } = App.useApp();
  const undo = useMutation({
    mutationFn: () => api.undo(group.sequence, language),
    onSuccess: () => {
      void message.success(t("history.undone"));
      refresh();
    },
    onError: (error) => void message.error(error.message, 8),
  });
  return !UNDOABLE.has(group.stage) || group.action === "undo" ? null : (
    <Popconfirm
      title={t("history.undoAsk")}
      okText={t("history.undo")}
      onConfirm={() => {
        undo.mutate();
      }}
    >
      <Button size="small" icon={<UndoOutlined aria-hidden />} loading={undo.isPending}>
        {t("history.undo")}
      </Button>
    </Popconfirm>
  );
}
