import { Alert } from "antd";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import type { Action, Fields, Finding, Plan, PlannedChange, PlannedRecord } from "../../api/types";
import { fieldNamed, kindNamed, labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { type DataColumn, DataTable } from "../../components/DataTable";
import { Findings, stops } from "../../components/Findings";
import { Mark } from "../../components/Mark";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly plan: Plan;
  readonly action: Action;
  readonly each: Readonly<Record<string, Fields>>;
  readonly onType: (record: string, name: string, value: string) => void;
}

function Changes({ of }: { readonly of: PlannedRecord }) {
  const { t } = useTranslation();
  // The row says whose it is; what is changed beside it says so here.
  const what = (change: PlannedChange) =>
    change.record === of.record || change.name === ""
      ? change.kind_text
      : `${change.kind_text} ${change.name}`;
  return (
    <>
      {of.changes.flatMap((change) => [
        ...change.fields.map((field) => (
          <div key={`${change.record}:${field.field}`}>
            {what(change)} · {field.label}: {field.before === "" ? "" : `${field.before} → `}
            <strong>{field.after || t("form.empty")}</strong>
          </div>
        )),
        ...(change.operation === "retire"
          ? [
              <div key={`${change.record}:retire`}>
                {what(change)} · <strong>{t("record.retire")}</strong>
              </div>,
            ]
          : []),
      ])}
    </>
  );
}

/** Of what nobody has come to yet one does not complain; it is asked for. */
const isMissing = (finding: Finding): boolean => finding.rule === "required_missing";

/** Nothing but fields that are empty still. */
const isBegun = (of: PlannedRecord): boolean =>
  of.findings.some(isMissing) && !of.findings.some((one) => stops(one) && !isMissing(one));

/** Which required fields are empty still, in one line. */
function Missing({ of, action }: { readonly of: PlannedRecord; readonly action: Action }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const names = of.findings.filter(isMissing).map((finding) => {
    const named =
      action.inputs.find((input) => input.field === finding.field) ??
      fieldNamed(kindNamed(catalog, action.kind), finding.field);
    return named === undefined ? finding.message : labelOf(named, language);
  });
  return names.length === 0 ? null : (
    <div>{t("actions.missing", { names: names.join(t("actions.comma")) })}</div>
  );
}

function Result({ of }: { readonly of: PlannedRecord }) {
  const { t } = useTranslation();
  return isBegun(of) ? (
    <Mark tone="plain">{t("actions.begun")}</Mark>
  ) : of.findings.some(stops) ? (
    <Mark tone="bad">{t("actions.refused")}</Mark>
  ) : of.findings.length > 0 ? (
    <Mark tone="wait">{t("actions.check")}</Mark>
  ) : (
    <Mark tone="good">{t("actions.good")}</Mark>
  );
}

/** What the action would do, record by record, and what the rules say of each. */
export function PlanTable({ plan, action, each, onType }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const begun = plan.records.filter(isBegun).length;
  const refused = plan.records.filter((record) => record.findings.some(stops)).length - begun;
  // Findings that are about no single record.
  const said = new Set(plan.records.flatMap((record) => record.findings.map((one) => one.message)));
  const general = plan.findings.filter((finding) => !said.has(finding.message));
  const own: readonly DataColumn<PlannedRecord>[] =
    // Of one record alone the form above it says it all.
    action.choice === "none" || plan.records.length < 2
      ? []
      : action.inputs
          .filter((input) => input.each)
          .flatMap((input) => {
            const field = fieldNamed(kindNamed(catalog, input.kind), input.field);
            return field === undefined
              ? []
              : [
                  {
                    key: input.name,
                    title: labelOf(input, language),
                    width: 190,
                    render: (record: PlannedRecord) => (
                      <FieldInput
                        field={field}
                        label={`${record.name} ${labelOf(input, language)}`}
                        value={each[record.record]?.[input.name]}
                        onChange={(value) => {
                          onType(record.record, input.name, value);
                        }}
                      />
                    ),
                  },
                ];
          });
  return (
    <>
      <p aria-live="polite">
        {begun === plan.records.length && begun > 0
          ? t("actions.fill", { total: plan.records.length })
          : t("actions.summary", { total: plan.records.length, refused })}
      </p>
      {general.length > 0 && (
        <Alert
          type={general.some(stops) ? "error" : "warning"}
          message={<Findings findings={general} />}
        />
      )}
      <DataTable<PlannedRecord>
        label={t("actions.plan")}
        rows={plan.records}
        keyOf={(record) => record.record}
        columns={[
          { key: "name", title: t("actions.record"), width: 120, render: (record) => record.name },
          {
            key: "result",
            title: t("actions.result"),
            width: 110,
            render: (record) => <Result of={record} />,
          },
          {
            key: "changes",
            title: t("actions.changes"),
            width: 300,
            render: (record) => (
              <>
                <Changes of={record} />
                <Missing of={record} action={action} />
                <Findings findings={record.findings.filter((one) => !isMissing(one))} />
              </>
            ),
          },
          ...own,
        ]}
      />
    </>
  );
}
