import { Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { Group } from "../../api/types";

/** Why the server decided so, and which of two values stands. */
export function GroupVerdict({ group }: { readonly group: Group }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
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
    </div>
  );
}
