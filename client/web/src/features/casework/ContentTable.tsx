import { Table } from "antd";
import { useTranslation } from "react-i18next";

import type { ContentChange, ContentField } from "../../api/types";

interface Row extends ContentField {
  readonly key: string;
  readonly what: string;
}

const rowsOf = (content: readonly ContentChange[]): readonly Row[] =>
  content.flatMap((change, place) =>
    change.fields.map((field) => ({
      ...field,
      key: `${String(place)}:${field.field}`,
      what: `${change.kind_text} · ${change.operation_text}`,
    })),
  );

/** A group's changes, what stood there and what was wanted side by side. */
export function ContentTable({ content }: { readonly content: readonly ContentChange[] }) {
  const { t } = useTranslation();
  return (
    <Table<Row>
      size="small"
      rowKey="key"
      dataSource={[...rowsOf(content)]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      columns={[
        { title: t("cases.record"), dataIndex: "what", width: 160 },
        { title: t("cases.field"), dataIndex: "label", width: 160 },
        {
          title: t("cases.before"),
          dataIndex: "previous",
          render: (value: string) => value || t("form.empty"),
        },
        {
          title: t("cases.wanted"),
          dataIndex: "value",
          render: (value: string) => <strong>{value || t("form.empty")}</strong>,
        },
      ]}
    />
  );
}
