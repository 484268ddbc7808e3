import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Drawer, Empty, Space, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import { useGroups } from "../../api/queries";
import type { Group, Status } from "../../api/types";
import type { Language } from "../../i18n";
import { minuteText, secondText } from "../../i18n/moments";

interface Props {
  readonly open: boolean;
  readonly status: Status | undefined;
  readonly language: Language;
  readonly onClose: () => void;
}

const colours: Readonly<Record<string, string>> = {
  waiting: "gold",
  accepted: "green",
  merged: "blue",
  quarantined: "volcano",
  rejected: "red",
  parked: "purple",
};

function Why({ group }: { readonly group: Group }) {
  const { t } = useTranslation();
  return (
    <Space direction="vertical" size={2}>
      {group.reasons.map((reason) => (
        <Typography.Text key={`${reason.rule}:${reason.message}`}>{reason.message}</Typography.Text>
      ))}
      {group.decisions.map((decision) => (
        <Typography.Text key={`${decision.field}:${decision.offered}`}>
          {decision.label ?? decision.field}: {decision.settlement_text} (
          {t("sync.yours", { value: decision.offered || t("form.empty") })};{" "}
          {t("sync.theirs", { value: decision.committed || t("form.empty") })})
        </Typography.Text>
      ))}
    </Space>
  );
}

/** Of list case_state: what is still open, so that its author may send it once more. */
const openCases: ReadonlySet<string> = new Set(["1", "4"]);

function canResubmit(group: Group): boolean {
  return group.case === undefined ? group.stage === "rejected" : openCases.has(group.case.state);
}

/** The officer's step, and the author's answer to it in one action. */
function Next({ group, language }: { readonly group: Group; readonly language: Language }) {
  const { t } = useTranslation();
  const resubmit = useMutation({ mutationFn: () => api.resubmit(group.sequence, language) });
  return (
    <Space direction="vertical" size={2}>
      {group.case !== undefined && (
        <Typography.Text type={group.case.state === "4" ? "warning" : "secondary"}>
          {t("sync.case", { number: group.case.number, state: group.case.state_text })}
          {group.case.remark === "" ? "" : ` ${group.case.remark}`}
        </Typography.Text>
      )}
      {canResubmit(group) && (
        <Button
          size="small"
          loading={resubmit.isPending}
          onClick={() => {
            resubmit.mutate();
          }}
        >
          {t("sync.resubmit")}
        </Button>
      )}
      {resubmit.isError && (
        <Typography.Text type="danger">{resubmit.error.message}</Typography.Text>
      )}
    </Space>
  );
}

/** What waits, what was merged, what was refused and why. */
export function SyncDrawer({ open, status, language, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const groups = useGroups(language);
  const syncNow = useMutation({ mutationFn: api.syncNow });
  const action = (name: string) => (i18n.exists(`action.${name}`) ? t(`action.${name}`) : name);
  return (
    <Drawer title={t("sync.panel")} open={open} onClose={onClose} width={860}>
      <Space direction="vertical" size="middle" style={{ width: "100%" }}>
        {status?.sync.message !== undefined && status.sync.message !== "" && (
          <Alert type="info" showIcon message={status.sync.message} />
        )}
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
          <Tag>{t("sync.logIndex", { at: status?.confirmed ?? 0 })}</Tag>
          <Tag>
            {t("sync.lastContact", {
              at:
                status?.last_contact === undefined
                  ? t("sync.never")
                  : minuteText(status.last_contact),
            })}
          </Tag>
        </Space>
        <Table<Group>
          size="small"
          rowKey="sequence"
          dataSource={[...(groups.data ?? [])]}
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          locale={{ emptyText: <Empty description={t("sync.empty")} /> }}
          columns={[
            { title: t("sync.sequence"), dataIndex: "sequence", width: 70 },
            { title: t("sync.action"), dataIndex: "action", width: 110, render: action },
            {
              title: t("sync.madeAt"),
              dataIndex: "made_at",
              width: 150,
              render: (at: number) => secondText(at),
            },
            {
              title: t("sync.verdict"),
              dataIndex: "stage_text",
              width: 110,
              render: (text: string, group) => (
                <Tag color={colours[group.stage] ?? "default"}>{text}</Tag>
              ),
            },
            {
              title: t("sync.why"),
              render: (_: unknown, group) => (
                <Space direction="vertical" size={2}>
                  <Why group={group} />
                  <Next group={group} language={language} />
                </Space>
              ),
            },
          ]}
        />
      </Space>
    </Drawer>
  );
}
