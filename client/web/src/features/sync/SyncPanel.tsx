import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Space } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import type { Status } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Mark } from "../../components/Mark";
import { minuteText } from "../../i18n/moments";
import { GroupTable } from "./GroupTable";
import { SecondFactorForm } from "./SecondFactorForm";

interface Props {
  readonly status: Status | undefined;
  readonly onClose: () => void;
}

/** What waits, what was merged, what was refused and why. */
export function SyncPanel({ status, onClose }: Props) {
  const { t } = useTranslation();
  const syncNow = useMutation({ mutationFn: api.syncNow });
  return (
    <Dialog title={t("sync.panel")} onClose={onClose} isPanel>
      <Space direction="vertical" size="middle" style={{ width: "100%" }}>
        {status?.sync.message !== undefined && status.sync.message !== "" && (
          <Alert type="info" showIcon message={status.sync.message} />
        )}
        {status?.sync.wants_code && <SecondFactorForm />}
        <Space wrap>
          <Button
            type="primary"
            loading={syncNow.isPending}
            onClick={() => {
              syncNow.mutate();
            }}
          >
            {t("sync.now")}
          </Button>
          <Mark tone="plain">{t("sync.logIndex", { at: status?.confirmed ?? 0 })}</Mark>
          <Mark tone="plain">
            {t("sync.lastContact", {
              at:
                status?.last_contact === undefined
                  ? t("sync.never")
                  : minuteText(status.last_contact),
            })}
          </Mark>
        </Space>
        <GroupTable pageSize={20} />
      </Space>
    </Dialog>
  );
}
