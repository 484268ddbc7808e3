import { Checkbox } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { GridColumn, Selection } from "./Grid";
import { ROW_HEIGHT } from "./useVirtualRows";

interface Props<Row> {
  readonly id: string;
  readonly index: number;
  readonly isActive: boolean;
  readonly row: Row | undefined;
  readonly columns: readonly GridColumn<Row>[];
  readonly nameOf: (row: Row) => string;
  readonly selection: Selection | undefined;
  readonly onActive: (index: number) => void;
  readonly onOpen: (row: Row) => void;
}

const titleOf = (shown: ReactNode) =>
  typeof shown === "string" && shown !== "" ? { title: shown } : {};

export function GridRow<Row>(props: Props<Row>) {
  const { t } = useTranslation();
  const { row, index, selection } = props;
  const isChosen = selection?.isChosen(index) === true;
  const classes = ["grid-row", props.isActive ? "grid-active" : "", isChosen ? "grid-chosen" : ""];
  return (
    <div
      id={props.id}
      role="row"
      aria-rowindex={index + 2}
      {...(selection === undefined ? {} : { "aria-selected": isChosen })}
      className={classes.join(" ")}
      style={{ top: index * ROW_HEIGHT }}
      onClick={() => {
        props.onActive(index);
      }}
      onDoubleClick={() => {
        if (row !== undefined) {
          props.onOpen(row);
        }
      }}
    >
      {selection !== undefined && (
        <div role="gridcell" className="grid-cell grid-check">
          <Checkbox
            tabIndex={-1}
            aria-label={t("list.select", { name: row === undefined ? "" : props.nameOf(row) })}
            checked={isChosen}
            disabled={row === undefined}
            onChange={() => {
              selection.toggle(index);
            }}
          />
        </div>
      )}
      {props.columns.map((column, place) => (
        <div
          key={column.key}
          role="gridcell"
          className="grid-cell"
          // What is cut off can still be read.
          {...titleOf(row === undefined ? undefined : column.render(row))}
          style={{ flexBasis: column.width }}
        >
          {row === undefined ? (
            "…"
          ) : place === 0 ? (
            <button
              type="button"
              tabIndex={-1}
              className="grid-open"
              onClick={() => {
                props.onOpen(row);
              }}
            >
              {column.render(row) ?? ""}
            </button>
          ) : (
            column.render(row)
          )}
        </div>
      ))}
    </div>
  );
}
