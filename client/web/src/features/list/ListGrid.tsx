import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import type { Field, Kind, RecordView } from "../../api/types";
import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import { labelOf, nameOf, widthOf } from "../../catalog/catalog";
import { Grid, type GridColumn, type Selection } from "../../components/grid/Grid";
import { useLanguage } from "../../i18n/useLanguage";
import { useIsOwnAccount, useMayEdit } from "../record/useMayEdit";
import { recordSteps } from "../system/recordSteps";
import type { Rows } from "./useRows";

interface Props {
  readonly page: Entry;
  readonly kind: Kind;
  readonly fields: readonly Field[];
  /** Sensitive values are shown in full. */
  readonly isBare: boolean;
  readonly rows: Rows;
  readonly total: number;
  readonly selection: Selection;
  readonly order: string | undefined;
  readonly onOrder: (order: string | undefined) => void;
  readonly onRange: (first: number, end: number) => void;
  readonly empty: ReactNode;
}

const STEPS_WIDTH = { zh: 190, en: 240 };

/** Enough to tell two apart, not enough to copy. */
const masked = (text: string): string =>
  text.length <= 4 ? text.replace(/./gu, "*") : `${text.slice(0, 2)}****${text.slice(-2)}`;

const sortedAs = (order: string | undefined, name: string): "ascending" | "descending" | "none" =>
  order === name ? "ascending" : order === `-${name}` ? "descending" : "none";

/** Ascending, descending, unsorted, and again. */
const nextOrder = (order: string | undefined, name: string) =>
  order === name ? `-${name}` : order === `-${name}` ? undefined : name;

/** The records of a list, their fields as columns, and what one click does with each. */
export function ListGrid(props: Props) {
  const { page, kind, fields, rows, order } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const mayEdit = useMayEdit(kind);
  const steps = mayEdit ? recordSteps[kind.name] : undefined;
  const catalog = useCatalog().data;
  const isOwn = useIsOwnAccount();
  const columns: GridColumn<RecordView>[] = fields.map((field) => ({
    key: field.name,
    title: labelOf(field, language),
    width: widthOf(field, language, catalog),
    sorted: sortedAs(order, field.name),
    render: (row) => {
      const shown = row.fields[field.name]?.shown ?? "";
      return field.confidentiality === "sensitive" && !props.isBare ? masked(shown) : shown;
    },
  }));
  if (steps !== undefined) {
    columns.splice(1, 0, {
      key: "steps",
      title: t("list.steps"),
      width: STEPS_WIDTH[language],
      render: (row) => <span className="grid-steps">{isOwn(row) ? null : steps(row)}</span>,
    });
  }
  return (
    <Grid<RecordView>
      label={t(`menu.${page}`)}
      total={props.total}
      rowAt={rows.rowAt}
      nameOf={(row) => nameOf(row, kind)}
      columns={columns}
      onRange={props.onRange}
      onOpen={(row) => {
        go(page, kind.name, row.id);
      }}
      onSort={(name) => {
        props.onOrder(nextOrder(order, name));
      }}
      selection={props.selection}
      empty={props.empty}
    />
  );
}
