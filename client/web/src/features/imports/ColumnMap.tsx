import { Select } from "antd";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import type { Fields, ImportColumn, Kind } from "../../api/types";
import { entriesOf, labelOf, OWNER } from "../../catalog/catalog";
import { DataTable } from "../../components/DataTable";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly kind: Kind;
  readonly columns: readonly ImportColumn[];
  readonly chosen: Fields;
  readonly onChoose: (columns: Fields) => void;
}

const LEFT_OUT = "";

/** What a column is read as, in the words that the program takes. */
const meaning = (column: ImportColumn, kind: Kind): string =>
  column.field === undefined
    ? LEFT_OUT
    : column.kind === kind.name || column.kind === undefined
      ? column.field
      : `${column.kind}.${column.field}`;

/** The second step: what each column means; what its header says is chosen already. */
export function ColumnMap({ kind, columns, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const options = [
    { value: LEFT_OUT, label: t("imports.leaveOut") },
    ...kind.fields.map((field) => ({ value: field.name, label: labelOf(field, language) })),
    ...entriesOf(catalog, kind.name).flatMap((entry) =>
      entry.fields
        .filter((field) => field.name !== OWNER)
        .map((field) => ({
          value: `${entry.name}.${field.name}`,
          label: `${labelOf(entry, language)} · ${labelOf(field, language)}`,
        })),
    ),
  ];
  return (
    <DataTable<ImportColumn>
      label={t("imports.columns")}
      rows={columns}
      keyOf={(column) => column.column}
      columns={[
        { key: "column", title: t("imports.column"), width: 60, render: (each) => each.column },
        { key: "header", title: t("imports.header"), width: 260, render: (each) => each.header },
        {
          key: "field",
          title: t("imports.field"),
          render: (each) => (
            <Select
              showSearch
              optionFilterProp="label"
              style={{ width: 320 }}
              aria-label={`${each.column} ${each.header}`}
              value={chosen[each.column] ?? meaning(each, kind)}
              options={options}
              onChange={(value: string) => {
                onChoose({ ...chosen, [each.column]: value });
              }}
            />
          ),
        },
      ]}
    />
  );
}
