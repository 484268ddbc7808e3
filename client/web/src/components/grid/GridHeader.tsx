import { CaretDownFilled, CaretUpFilled } from "@ant-design/icons";
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";

import type { GridColumn, Selection } from "./Grid";

interface Props<Row> {
  readonly columns: readonly GridColumn<Row>[];
  readonly selection: Selection | undefined;
  readonly onSort: ((key: string) => void) | undefined;
  readonly background: string;
}

function Title<Row>({
  column,
  onSort,
}: {
  readonly column: GridColumn<Row>;
  readonly onSort: ((key: string) => void) | undefined;
}) {
  if (onSort === undefined || column.sorted === undefined) {
    return <span className="grid-title">{column.title}</span>;
  }
  return (
    <button
      type="button"
      className="grid-title grid-sort"
      onClick={() => {
        onSort(column.key);
      }}
    >
      <span className="grid-title">{column.title}</span>
      {column.sorted === "ascending" && <CaretUpFilled aria-hidden />}
      {column.sorted === "descending" && <CaretDownFilled aria-hidden />}
    </button>
  );
}

/** Stays at the top while the rows pass below it. */
export function GridHeader<Row>({ columns, selection, onSort, background }: Props<Row>) {
  const { t } = useTranslation();
  return (
    <div role="rowgroup" className="grid-header">
      <div role="row" aria-rowindex={1} className="grid-row" style={{ background }}>
        {selection !== undefined && (
          <div role="columnheader" className="grid-cell grid-check">
            <Checkbox
              aria-label={t("list.selectAll")}
              checked={selection.all === "all"}
              indeterminate={selection.all === "some"}
              onChange={selection.toggleAll}
            />
          </div>
        )}
        {columns.map((column) => (
          <div
            key={column.key}
            role="columnheader"
            className="grid-cell"
            title={column.title}
            style={{ flexBasis: column.width }}
            {...(column.sorted === undefined ? {} : { "aria-sort": column.sorted })}
          >
            <Title column={column} onSort={onSort} />
          </div>
        ))}
      </div>
    </div>
  );
}
