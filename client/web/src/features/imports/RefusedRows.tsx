import { Input } from "antd";
import { useTranslation } from "react-i18next";

import type { CellRefusal, ImportPreview } from "../../api/types";
import { DataTable } from "../../components/DataTable";
import { Findings, stops } from "../../components/Findings";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly preview: ImportPreview;
  readonly onFix: (row: number, column: string, value: string) => void;
}

interface Row extends CellRefusal {
  readonly row: number;
}

/** The third step: what is wrong, cell by cell, to be put right where it stands. */
export function RefusedRows({ preview, onFix }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const rows: readonly Row[] = preview.report.refused.flatMap(({ row, refusals }) =>
    refusals.map((refusal) => ({ ...refusal, row })),
  );
  const byRules = preview.findings.filter(stops);
  return (
    <>
      {rows.length > 0 && (
        <DataTable<Row>
          label={t("imports.refused")}
          rows={rows}
          keyOf={(each) => `${String(each.row)}:${each.column}:${each.field}:${each.message.en}`}
          columns={[
            { key: "row", title: t("imports.row"), width: 60, render: (each) => each.row },
            {
              key: "column",
              title: t("imports.column"),
              width: 160,
              render: (each) => `${each.column} ${each.header}`,
            },
            {
              key: "why",
              title: t("sync.why"),
              render: (each) => <span className="finding-stop">{each.message[language]}</span>,
            },
            {
              key: "fix",
              title: t("imports.fix"),
              width: 240,
              render: (each) =>
                each.column === "" ? (
                  t("imports.noColumn")
                ) : (
                  <Input
                    aria-label={t("imports.fixOf", { row: each.row, column: each.column })}
                    defaultValue={each.value}
                    onBlur={(event) => {
                      if (event.target.value !== each.value) {
                        onFix(each.row, each.column, event.target.value);
                      }
                    }}
                    onPressEnter={(event) => {
                      event.currentTarget.blur();
                    }}
                  />
                ),
            },
          ]}
        />
      )}
      {byRules.length > 0 && (
        <DataTable<(typeof byRules)[number]>
          label={t("imports.byRules")}
          rows={byRules}
          keyOf={(each) => `${String(each.row)}:${each.rule}:${each.field}`}
          columns={[
            { key: "row", title: t("imports.row"), width: 60, render: (each) => each.row },
            {
              key: "why",
              title: t("imports.byRules"),
              render: (each) => <Findings findings={[each]} />,
            },
          ]}
        />
      )}
    </>
  );
}
