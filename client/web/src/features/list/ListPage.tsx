import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Alert, Button, Typography } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { listParameters } from "../../api/operations";
import type { Kind } from "../../api/types";
import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import { defaultColumns, NAMING, useKind } from "../../catalog/catalog";
import { useSettled } from "../../components/useSettled";
import { ActionButtons } from "../actions/ActionButtons";
import { useMayEdit } from "../record/useMayEdit";
import { ExportButton } from "../exports/ExportButton";
import { stepFields } from "../system/recordSteps";
import { BatchBar } from "./BatchBar";
import { ColumnChooser } from "./ColumnChooser";
import { EmptyList } from "./EmptyList";
import { FirstStep } from "./FirstStep";
import { ListFilters } from "./ListFilters";
import { ListGrid } from "./ListGrid";
import type { ListPageSpec } from "./listPages";
import { MakingTools } from "./MakingTools";
import { PrintButton } from "./PrintButton";
import { useArrangement } from "./useArrangement";
import { placeOf, useListState } from "./useListState";
import { useRows } from "./useRows";
import { useSelection } from "./useSelection";

interface Props {
  readonly page: Entry;
  readonly spec: ListPageSpec;
  /** The rule whose findings are listed. */
  readonly finding?: string | undefined;
  /** Its title stands elsewhere. */
  readonly isTitled?: boolean;
}

const TYPING_MS = 120;
const SCROLLING_MS = 60;

/** The fields that are asked for: those shown, what a record is called, what its steps look at. */
const askedFor = (kind: Kind, columns: readonly string[]): readonly string[] => {
  const wanted = new Set([...columns, ...NAMING, ...(stepFields[kind.name] ?? [])]);
  return kind.fields.map((field) => field.name).filter((name) => wanted.has(name));
};

/** The list of one kind, whatever kind it is. */
export function ListPage(props: Props) {
  const kind = useKind(props.spec.kind);
  return kind === undefined ? null : <KindList {...props} kind={kind} />;
}

function KindList({ page, spec, finding, isTitled = true, kind }: Props & { readonly kind: Kind }) {
  const { t } = useTranslation();
  const place = placeOf(page, spec.kind);
  const { state, change } = useListState(place);
  const { arrangement, arrange, error: notKept } = useArrangement(place);
  const [isBare, setIsBare] = useState(false);
  const [range, setRange] = useState({ first: 0, end: 1 });
  const onRange = useCallback((first: number, end: number) => {
    setRange({ first, end });
  }, []);
  const inSight = useSettled(range, SCROLLING_MS);
  const own = spec.isFiltered === true ? spec.filter : undefined;
  const named = finding === undefined ? (state.named ?? own) : undefined;
  const columns = arrangement.columns ?? defaultColumns(kind);
  const fields = kind.fields.filter((field) => columns.includes(field.name));
  const wish = {
    kind: spec.kind,
    search: useSettled(state.search.trim(), TYPING_MS),
    order: state.order,
    conditions: state.conditions,
    filter: named,
    finding,
    columns: askedFor(kind, columns),
  };
  const rows = useRows(wish, inSight.first, inSight.end);
  const choose = (chosen: ReadonlySet<string>) => {
    change({ chosen });
  };
  const selection = useSelection(wish, rows, state.chosen, choose);
  const mayEdit = useMayEdit(kind);
  const isFiltered =
    state.search !== "" ||
    state.conditions.length > 0 ||
    named !== own ||
    finding !== undefined;
  return (
    <div className="page">
      <div className="page-head">
        {isTitled ? <h2>{t(`menu.${page}`)}</h2> : <span />}
        <div className="tools">
          <MakingTools page={page} spec={spec} />
          <ExportButton kind={spec.kind} parameters={listParameters({ ...wish, columns })} />
          <PrintButton
            title={t(`menu.${page}`)}
            wish={wish}
            fields={fields}
            chosen={state.chosen}
          />
          <ColumnChooser
            kind={kind}
            columns={columns}
            onColumns={(names) => {
              arrange({ columns: names });
            }}
            onReset={() => {
              arrange({ columns: defaultColumns(kind) });
            }}
          />
        </div>
      </div>
      <div className="tools">
        <ListFilters
          page={page}
          spec={spec}
          kind={kind}
          state={state}
          named={named}
          finding={finding}
          arrangement={arrangement}
          onChange={change}
          onArrange={arrange}
        />
        <Typography.Text aria-live="polite">
          {t("list.total", { total: rows.total ?? 0 })}
        </Typography.Text>
        {fields.some((field) => field.confidentiality === "sensitive") && (
          <Button
            icon={isBare ? <EyeInvisibleOutlined aria-hidden /> : <EyeOutlined aria-hidden />}
            aria-pressed={isBare}
            onClick={() => {
              setIsBare(!isBare);
            }}
          >
            {t("list.sensitive")}
          </Button>
        )}
        {state.chosen.size > 0 && mayEdit && (
          <BatchBar
            count={state.chosen.size}
            onClear={() => {
              choose(new Set());
            }}
          >
            <ActionButtons
              page={page}
              kind={spec.kind}
              records={[...state.chosen]}
              onDone={() => {
                choose(new Set());
              }}
            />
          </BatchBar>
        )}
      </div>
      {rows.error !== null && (
        <Alert
          type="error"
          showIcon
          message={t("list.failed")}
          description={rows.error.message}
          action={<Button onClick={rows.retry}>{t("retry")}</Button>}
        />
      )}
      {notKept !== null && <Alert type="warning" showIcon message={notKept.message} />}
      {rows.total !== undefined && (
        <ListGrid
          key={JSON.stringify({ ...wish, order: undefined, columns: undefined })}
          page={page}
          kind={kind}
          fields={fields}
          isBare={isBare}
          rows={rows}
          total={rows.total}
          selection={selection}
          order={state.order}
          onOrder={(order) => {
            change({ order });
          }}
          onRange={onRange}
          empty={
            <EmptyList
              what={t([`empty.${spec.kind}`, `empty.${page}`, "empty.other"])}
              isFiltered={isFiltered}
              onUnfilter={() => {
                change({ search: "", conditions: [], named: undefined });
                if (finding !== undefined) {
                  go(page);
                }
              }}
              firstStep={
                mayEdit && <FirstStep page={page} spec={spec} />
              }
            />
          }
        />
      )}
    </div>
  );
}
