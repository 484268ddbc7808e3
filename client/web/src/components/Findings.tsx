import { CloseCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { Space } from "antd";
import { useTranslation } from "react-i18next";

import type { Finding } from "../api/types";

/** Severities that stop what is being done, or the report. */
const STOPPING: ReadonlySet<string> = new Set(["refuse", "not_allowed"]);

export const stops = (finding: Finding): boolean => STOPPING.has(finding.severity);

/** Broken rules in words, the graver ones in red, each with its rule's number. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const { t } = useTranslation();
  return (
    <Space direction="vertical" size={2}>
      {findings.map((finding) => (
        <span
          key={`${finding.rule}:${finding.field}:${finding.message}`}
          className={stops(finding) ? "finding-stop" : "finding-warn"}
        >
          {stops(finding) ? <CloseCircleFilled aria-hidden /> : <ExclamationCircleFilled aria-hidden />}{" "}
          {t(`severity.${finding.severity}`, { defaultValue: finding.severity })}: {finding.message}
          {finding.rule.startsWith("R-") && <small> ({finding.rule})</small>}
        </span>
      ))}
    </Space>
  );
}
