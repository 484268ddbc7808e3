import { useTranslation } from "react-i18next";

import type { ContentChange, ContentField } from "../../api/types";
import { DataTable } from "../../components/DataTable";

interface Row extends ContentField {
  readonly key: string;
  readonly what: string;
}

const rowsOf = (content: readonly ContentChange[]): readonly Row[] =>
  content.flatMap((change, place) =>
    change.fields.map((field) => ({
      ...field,
      key: `${String(place)}:${field.field}`,
      what: [change.kind_text, change.name, change.operation_text].filter(Boolean).join(" · "),
    })),
  );

/** A group's changes, what stood there and what was wanted side by side. */
export function ContentTable({ content }: { readonly content: readonly ContentChange[] }) {
  const { t } = useTranslation();
  return (
    <DataTable<Row>
      label={t("cases.content")}
      rows={rowsOf(content)}
      keyOf={(row) => row.key}
      step={20}
      columns={[
        { key: "what", title: t("cases.record"), width: 160, render: (row) => row.what },
        { key: "field", title: t("cases.field"), width: 160, render: (row) => row.label },
        {
          key: "before",
          title: t("cases.before"),
          render: (row) => row.previous || t("form.empty"),
        },
        {
          key: "wanted",
          title: t("cases.wanted"),
          render: (row) => <strong>{row.value || t("form.empty")}</strong>,
        },
      ]}
    />
  );
}
