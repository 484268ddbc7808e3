import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

export interface DataColumn<Row> {
  readonly key: string;
  readonly title: string;
  readonly width?: number;
  readonly render: (row: Row) => ReactNode;
}

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** As many rows are shown at first, and more at each wish. */
  readonly step?: number;
}

/** A short table whose cells may be of any height; a long list is a Grid. */
export function DataTable<Row>({ label, columns, rows, keyOf, step = 50 }: Props<Row>) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(step);
  return (
    <>
      <div className="table-place">
        <table className="table" aria-label={label}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" style={{ width: column.width, minWidth: column.width }}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <tr key={keyOf(row)}>
                {columns.map((column) => (
                  <td key={column.key}>{column.render(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown && (
        <Button
          type="link"
          onClick={() => {
            setShown(shown + step);
          }}
        >
          {t("list.more", { count: rows.length - shown })}
        </Button>
      )}
    </>
  );
}
