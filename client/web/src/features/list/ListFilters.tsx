import { useTranslation } from "react-i18next";

import type { Arrangement, Kind } from "../../api/types";
import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import { RemovableMark } from "../../components/RemovableMark";
import { FilterBar } from "./FilterBar";
import type { ListPageSpec } from "./listPages";
import { NamedFilters } from "./NamedFilters";
import { SavedFilters } from "./SavedFilters";
import { SearchInput } from "./SearchInput";
import type { ListState } from "./useListState";

interface Props {
  readonly page: Entry;
  readonly spec: ListPageSpec;
  readonly kind: Kind;
  readonly state: ListState;
  /** The named filter in force. */
  readonly named: string | undefined;
  readonly finding: string | undefined;
  readonly arrangement: Arrangement;
  readonly onChange: (part: Partial<ListState>) => void;
  readonly onArrange: (part: Arrangement) => void;
}

/** What is looked for: typed words, a filter that has its name, conditions, those kept. */
export function ListFilters(props: Props) {
  const { page, spec, kind, state, named, finding, arrangement, onChange, onArrange } = props;
  const { t } = useTranslation();
  return (
    <>
      <SearchInput
        value={state.search}
        onChange={(search) => {
          onChange({ search, chosen: new Set() });
        }}
      />
      {finding === undefined ? (
        <NamedFilters
          spec={spec}
          chosen={named}
          onChoose={(name) => {
            onChange({ named: name, chosen: new Set() });
          }}
        />
      ) : (
        <RemovableMark
          remove={t("list.removeFilter")}
          onRemove={() => {
            go(page);
          }}
        >
          {t("list.finding", { rule: finding })}
        </RemovableMark>
      )}
      <SavedFilters
        saved={arrangement.filters ?? []}
        conditions={state.conditions}
        onSaved={(filters) => {
          onArrange({ filters });
        }}
        onApply={(conditions) => {
          onChange({ conditions, chosen: new Set() });
        }}
      />
      <FilterBar
        kind={kind}
        conditions={state.conditions}
        onConditions={(conditions) => {
          onChange({ conditions, chosen: new Set() });
        }}
      />
    </>
  );
}
