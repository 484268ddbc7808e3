import { theme } from "antd";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

import { GridHeader } from "./GridHeader";
import { GridRow } from "./GridRow";
import { ROW_HEIGHT, useVirtualRows } from "./useVirtualRows";

export interface GridColumn<Row> {
  readonly key: string;
  readonly title: string;
  readonly width: number;
  readonly sorted?: "ascending" | "descending" | "none";
  readonly render: (row: Row) => ReactNode;
}

export interface Selection {
  readonly isChosen: (index: number) => boolean;
  readonly toggle: (index: number) => void;
  readonly all: "none" | "some" | "all";
  readonly toggleAll: () => void;
}

export interface GridProps<Row> {
  readonly label: string;
  readonly columns: readonly GridColumn<Row>[];
  readonly total: number;
  /** Undefined while the row has not come yet. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly nameOf: (row: Row) => string;
  readonly onRange: (first: number, end: number) => void;
  readonly onOpen: (row: Row) => void;
  readonly onSort?: (key: string) => void;
  readonly selection?: Selection;
  readonly empty: ReactNode;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/**
 * A list of any length: what is in sight is drawn, and nothing else. One stop of the tab key; the
 * arrows move, Enter opens, space selects.
 */
export function Grid<Row>(props: GridProps<Row>) {
  return props.total === 0 ? (
    <div className="panel grid-empty">{props.empty}</div>
  ) : (
    <FilledGrid {...props} />
  );
}

function FilledGrid<Row>(props: GridProps<Row>) {
  const { columns, total, selection, onRange } = props;
  const { token } = theme.useToken();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows(scroller, total);
  const [at, setAt] = useState(0);
  const active = Math.min(at, total - 1);
  useEffect(() => {
    onRange(rows.first, rows.end);
  }, [onRange, rows.first, rows.end]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(total - 1, to));
    setAt(next);
    rows.reveal(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) {
      return;
    }
    const row = props.rowAt(active);
    const step = STEPS[event.key];
    if (step !== undefined) {
      move(active + step);
    } else if (event.key === "Home" || event.key === "End") {
      move(event.key === "Home" ? 0 : total - 1);
    } else if (event.key === "Enter" && row !== undefined) {
      props.onOpen(row);
    } else if (event.key === " " && selection !== undefined) {
      selection.toggle(active);
    } else {
      return;
    }
    event.preventDefault();
  };

  const width = columns.reduce((sum, column) => sum + column.width, selection ? 48 : 0);
  const drawn = Array.from({ length: Math.max(0, rows.end - rows.first) }, (_, i) => rows.first + i);
  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + (selection ? 1 : 0)}
      aria-multiselectable={selection !== undefined}
      {...(active >= rows.first && active < rows.end
        ? { "aria-activedescendant": `${id}-${String(active)}` }
        : {})}
      onKeyDown={onKeyDown}
      style={{ borderColor: token.colorBorderSecondary }}
    >
      <div className="grid-inner" role="presentation" style={{ minWidth: width }}>
        <GridHeader
          columns={columns}
          selection={selection}
          onSort={props.onSort}
          background={token.colorFillAlter}
        />
        <div role="rowgroup" className="grid-body" style={{ height: total * ROW_HEIGHT }}>
          {drawn.map((index) => (
            <GridRow<Row>
              key={index}
              id={`${id}-${String(index)}`}
              index={index}
              isActive={index === active}
              row={props.rowAt(index)}
              columns={columns}
              nameOf={props.nameOf}
              selection={selection}
              onActive={setAt}
              onOpen={props.onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
