import { Alert, Card, Descriptions, Space } from "antd";
import { useTranslation } from "react-i18next";

import type { CaseForm } from "../../api/types";
import { Mark } from "../../components/Mark";
import { minuteText } from "../../i18n/moments";
import { CaseDecisions } from "./CaseDecisions";
import { caseTones } from "./caseStates";
import { ContentTable } from "./ContentTable";

/** A group that was set aside: whose, why, what is in it, and what can be decided. */
export function CaseCard({ of }: { readonly of: CaseForm }) {
  const { t } = useTranslation();
  return (
    <Card
      size="small"
      title={
        <Space>
          {of.number}
          <Mark tone={caseTones[of.state] ?? "plain"}>{of.state_text}</Mark>
          {of.failed && <Mark tone="bad">{t("cases.failed")}</Mark>}
        </Space>
      }
    >
      <Space direction="vertical" size="small" style={{ width: "100%" }}>
        <Descriptions
          size="small"
          column={3}
          items={[
            { key: "from", label: t("cases.from"), children: `${of.organisation} ${of.account}` },
            { key: "action", label: t("sync.action"), children: of.action_text },
            { key: "made", label: t("cases.madeAt"), children: minuteText(of.made_at) },
          ]}
        />
        {of.reasons.map((reason) => (
          <Alert key={`${reason.rule}:${reason.message}`} type="warning" message={reason.message} />
        ))}
        {of.content === undefined ? (
          <Alert type="info" message={t("cases.hidden")} />
        ) : (
          <ContentTable content={of.content} />
        )}
        {of.remark !== "" && (
          <span>
            {t("cases.remarkOf", { who: of.decided_by, remark: of.remark })}
          </span>
        )}
        <CaseDecisions of={of} />
      </Space>
    </Card>
  );
}
