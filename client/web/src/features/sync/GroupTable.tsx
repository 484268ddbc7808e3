import { useMutation } from "@tanstack/react-query";
import { Button, Empty } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useGroups, useRefresh } from "../../api/queries";
import type { Group } from "../../api/types";
import { addressOf } from "../../app/route";
import { DataTable } from "../../components/DataTable";
import { Mark, type Tone } from "../../components/Mark";
import { secondText } from "../../i18n/moments";
import { useLanguage } from "../../i18n/useLanguage";
import { openCases, RETURNED } from "../casework/caseStates";
import { UndoButton } from "../history/UndoButton";
import { pageOf } from "../list/listPages";
import { GroupVerdict } from "./GroupVerdict";

const tones: Readonly<Record<string, Tone>> = {
  waiting: "wait",
  accepted: "good",
  merged: "note",
  quarantined: "wait",
  rejected: "bad",
  parked: "wait",
};

function canResubmit(group: Group): boolean {
  return group.case === undefined ? group.stage === "rejected" : openCases.has(group.case.state);
}

/** The officer's step, and the author's answer to it in one action. */
function Next({ group }: { readonly group: Group }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const resubmit = useMutation({
    mutationFn: () => api.resubmit(group.sequence, language),
    onSuccess: refresh,
  });
  return (
    <div className="stack">
      {group.case !== undefined && (
        <span className={group.case.state === RETURNED ? "finding-warn" : ""}>
          {t("sync.case", { number: group.case.number, state: group.case.state_text })}
          {group.case.remark === "" ? "" : ` ${group.case.remark}`}
        </span>
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
        <span className="finding-stop">{resubmit.error.message}</span>
      )}
    </div>
  );
}

/** What was done on this machine, newest first, and what the server decided of each. */
export function GroupTable({ pageSize }: { readonly pageSize: number }) {
  const { t } = useTranslation();
  const groups = useGroups();
  const rows = groups.data ?? [];
  return rows.length === 0 && groups.isSuccess ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("sync.empty")} />
  ) : (
    <DataTable<Group>
      label={t("sync.panel")}
      rows={rows}
      keyOf={(group) => String(group.sequence)}
      step={pageSize}
      columns={[
        {
          key: "sequence",
          title: t("sync.sequence"),
          width: 60,
          render: (group) => group.sequence,
        },
        {
          key: "action",
          title: t("sync.action"),
          width: 170,
          render: (group) => (
            <div className="stack">
              {group.action_text}
              {group.about !== undefined && group.about.name !== "" && (
                <a href={addressOf(pageOf(group.about.kind), group.about.kind, group.about.record)}>
                  {group.about.kind_text} {group.about.name}
                </a>
              )}
            </div>
          ),
        },
        { key: "changes", title: t("sync.changes"), width: 60, render: (group) => group.changes },
        {
          key: "made",
          title: t("sync.madeAt"),
          width: 130,
          render: (group) => secondText(group.made_at),
        },
        {
          key: "verdict",
          title: t("sync.verdict"),
          width: 110,
          render: (group) => <Mark tone={tones[group.stage] ?? "plain"}>{group.stage_text}</Mark>,
        },
        {
          key: "why",
          title: t("sync.why"),
          render: (group) => (
            <div className="stack">
              <GroupVerdict group={group} />
              <Next group={group} />
              <UndoButton group={group} />
            </div>
          ),
        },
      ]}
    />
  );
}
