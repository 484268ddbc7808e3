import { LockOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Layout, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../api/operations";
import type { Status } from "../api/types";
import { SyncTag } from "../features/sync/SyncTag";
import { WindowCountdown } from "../features/sync/WindowCountdown";
import { LanguageButton } from "./LanguageButton";

interface Props {
  readonly status: Status;
  readonly onSync: () => void;
}

/** Whose scope this is, how long it may be edited, where synchronisation stands, and the lock. */
export function TopBar({ status, onSync }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const lock = useMutation({
    mutationFn: api.lock,
    onSettled: () => client.invalidateQueries({ queryKey: ["status"] }),
  });
  return (
    <Layout.Header className="frame-top">
      <Typography.Text strong>
        {status.scope ?? t("sync.noScope")} · {status.account}
      </Typography.Text>
      <div className="tools">
        <WindowCountdown status={status} />
        <SyncTag status={status} onOpen={onSync} />
        <LanguageButton />
        <Button
          icon={<LockOutlined aria-hidden />}
          onClick={() => {
            lock.mutate();
          }}
        >
          {t("lock.lock")}
        </Button>
      </div>
    </Layout.Header>
  );
}
