import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Progress, Space } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useExportState } from "../../api/queries";
import { Dialog } from "../../components/Dialog";

interface Props {
  readonly id: string;
  readonly onClose: () => void;
}

const WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Hands a file to the browser, as a download of the page's own. */
function save(content: string, name: string): void {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: WORKBOOK }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** How far an export is; it can be cancelled, and saved when it is done. */
export function ExportDialog({ id, onClose }: Props) {
  const { t } = useTranslation();
  const state = useExportState(id);
  const cancel = useMutation({
    mutationFn: () => api.cancelExport(id),
    onSettled: () => state.refetch(),
  });
  const fetching = useMutation({
    mutationFn: () => api.exportFile(id),
    onSuccess: (file) => {
      save(file.content, file.file_name);
      onClose();
    },
  });
  const { state: where = "running", done = 0, total = 0, file_name: name = "" } = state.data ?? {};
  const error = state.error ?? fetching.error;
  return (
    <Dialog title={t("exports.title")} onClose={onClose}>
      {error !== null && <Alert type="error" showIcon role="alert" message={error.message} />}
      <p aria-live="polite">{t(`exports.${where}`, { done, total, name })}</p>
      <Progress
        aria-label={t("exports.title")}
        percent={where === "done" ? 100 : total === 0 ? 0 : Math.floor((done / total) * 100)}
      />
      {where === "done" && <p>{t("exports.unprotected")}</p>}
      <Space>
        {where === "running" && (
          <Button
            onClick={() => {
              cancel.mutate();
            }}
          >
            {t("exports.cancel")}
          </Button>
        )}
        {where === "done" && (
          <Button
            type="primary"
            loading={fetching.isPending}
            onClick={() => {
              fetching.mutate();
            }}
          >
            {t("exports.save")}
          </Button>
        )}
        <Button onClick={onClose}>{t("form.close")}</Button>
      </Space>
    </Dialog>
  );
}
