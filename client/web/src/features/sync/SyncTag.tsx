import { CloudSyncOutlined } from "@ant-design/icons";
import { Badge, Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Status } from "../../api/types";

/** The agent's phase number for "both ends stand at the same index". */
const CAUGHT_UP = 3;

interface Props {
  readonly status: Status | undefined;
  readonly onOpen: () => void;
}

export function SyncTag({ status, onOpen }: Props) {
  const { t } = useTranslation();
  const waiting = status?.waiting ?? 0;
  const connected = status?.sync.phase === CAUGHT_UP;
  const words = status?.sync.wants_code
    ? t("sync.wantsCode")
    : waiting > 0
      ? t("sync.waiting", { count: waiting })
      : connected
        ? t("sync.upToDate")
        : (status?.sync.phase_text ?? t("sync.offline"));
  return (
    <Button onClick={onOpen} icon={<CloudSyncOutlined aria-hidden />}>
      <Badge status={waiting > 0 ? "warning" : connected ? "success" : "default"} text={words} />
    </Button>
  );
}
