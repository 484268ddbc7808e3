import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Segmented, Typography } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import { defaultColumns, useKind } from "../../catalog/catalog";
import { useSettled } from "../../components/useSettled";
import { ActionButtons } from "../actions/ActionButtons";
import { useMayEdit } from "../record/useMayEdit";
import { BatchBar } from "./BatchBar";
import { ColumnChooser } from "./ColumnChooser";
import { EmptyList } from "./EmptyList";
import { FilterBar } from "./FilterBar";
import { ListGrid } from "./ListGrid";
import type { ListPageSpec } from "./listPages";
import { PrintButton } from "./PrintButton";
import { SavedFilters } from "./SavedFilters";
import { SearchInput } from "./SearchInput";
import { useArrangement } from "./useArrangement";
import { useListState } from "./useListState";
import { useRows } from "./useRows";
import { useSelection } from "./useSelection";

interface Props {
  readonly page: Entry;
  readonly spec: ListPageSpec;
  /** Its title stands elsewhere. */
  readonly isTitled?: boolean;
}

const TYPING_MS = 120;
const SCROLLING_MS = 60;

/** The list of one kind, whatever kind it is. */
export function ListPage({ page, spec, isTitled = true }: Props) {
  const { t } = useTranslation();
  const kind = useKind(spec.kind);
  const { state, change } = useListState(page);
  const { arrangement, arrange, error: notKept } = useArrangement(page);
  const [range, setRange] = useState({ first: 0, end: 1 });
  const onRange = useCallback((first: number, end: number) => {
    setRange({ first, end });
  }, []);
  const inSight = useSettled(range, SCROLLING_MS);
  const named = spec.named?.find((each) => each.name === state.named);
  const wish = {
    kind: spec.kind,
    search: useSettled(state.search.trim(), TYPING_MS),
    order: state.order,
    conditions: [...(spec.always ?? []), ...(named?.conditions ?? []), ...state.conditions],
  };
  const rows = useRows(wish, inSight.first, inSight.end);
  const choose = (chosen: ReadonlySet<string>) => {
    change({ chosen });
  };
  const selection = useSelection(wish, rows, state.chosen, choose);
  const mayEdit = useMayEdit(kind);
  if (kind === undefined) {
    return null;
  }
  const columns = arrangement.columns ?? spec.columns ?? defaultColumns(kind);
  const fields = kind.fields.filter((field) => columns.includes(field.name));
  const isFiltered =
    state.search !== "" || state.conditions.length > 0 || state.named !== undefined;
  const create = () => {
    go(page, spec.kind, "new");
  };
  return (
    <div className="page">
      <div className="page-head">
        {isTitled ? <h2>{t(`menu.${page}`)}</h2> : <span />}
        <div className="tools">
          {spec.creates === true && mayEdit && (
            <Button type="primary" icon={<PlusOutlined />} onClick={create}>
              {t("list.create")}
            </Button>
          )}
          {mayEdit && <ActionButtons page={page} kind={spec.kind} records={[]} />}
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
        <SearchInput
          value={state.search}
          onChange={(search) => {
            change({ search, chosen: new Set() });
          }}
        />
        {spec.named !== undefined && (
          <Segmented<string>
            options={[
              { value: "", label: t("list.everything") },
              ...spec.named.map((each) => ({ value: each.name, label: each.name })),
            ]}
            value={state.named ?? ""}
            onChange={(name) => {
              change({ named: name === "" ? undefined : name, chosen: new Set() });
            }}
          />
        )}
        <SavedFilters
          saved={arrangement.filters ?? []}
          conditions={state.conditions}
          onSaved={(filters) => {
            arrange({ filters });
          }}
          onApply={(conditions) => {
            change({ conditions, chosen: new Set() });
          }}
        />
        <FilterBar
          kind={kind}
          conditions={state.conditions}
          onConditions={(conditions) => {
            change({ conditions, chosen: new Set() });
          }}
        />
        <Typography.Text aria-live="polite">
          {t("list.total", { total: rows.total ?? 0 })}
        </Typography.Text>
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
          key={`${wish.search} ${JSON.stringify(wish.conditions)}`}
          page={page}
          kind={kind}
          fields={fields}
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
              what={t(`empty.${page}`, { defaultValue: t("empty.other") })}
              isFiltered={isFiltered}
              onUnfilter={() => {
                change({ search: "", conditions: [], named: undefined });
              }}
              firstStep={
                spec.creates === true &&
                mayEdit && (
                  <Button type="primary" onClick={create}>
                    {t("list.create")}
                  </Button>
                )
              }
            />
          }
        />
      )}
    </div>
  );
}
