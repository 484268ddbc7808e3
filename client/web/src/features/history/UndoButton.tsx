import { UndoOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { Group } from "../../api/types";
import { useLanguage } from "../../i18n/useLanguage";

/** What the server has not judged yet, its author may undo. */
const PENDING = "waiting";

/** Undoes a group of one's own that is still waiting, by another one. */
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
  return group.stage !== PENDING || group.action === "undo" ? null : (
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
