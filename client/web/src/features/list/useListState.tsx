import { createContext, type ReactNode, useContext, useRef, useState } from "react";

import type { Condition } from "../../api/conditions";
import { go } from "../../app/route";

export interface ListState {
  readonly search: string;
  readonly order: string | undefined;
  readonly conditions: readonly Condition[];
  /** The named filter that is chosen, by its name; the page's own where nobody has chosen. */
  readonly named?: string | undefined;
  readonly chosen: ReadonlySet<string>;
}

const FRESH: ListState = {
  search: "",
  order: undefined,
  conditions: [],
  chosen: new Set(),
};

const Kept = createContext<Map<string, ListState>>(new Map());

/** Keeps how each list stood, for who comes back from one of its records. */
export function ListStates({ children }: { readonly children: ReactNode }) {
  const states = useRef(new Map<string, ListState>());
  return <Kept.Provider value={states.current}>{children}</Kept.Provider>;
}

/** Where a page's list of a kind keeps how it stands. */
export const placeOf = (page: string, kind: string): string => `${page}.${kind}`;

/** Goes to a list with these filters alone. */
export function useFilteredList() {
  const kept = useContext(Kept);
  return (page: string, kind: string, conditions: readonly Condition[]) => {
    kept.set(placeOf(page, kind), { ...FRESH, conditions });
    go(page);
  };
}

/** How the list at that place stands: search, order, filters, selection. */
export function useListState(place: string) {
  const kept = useContext(Kept);
  const [state, setState] = useState(kept.get(place) ?? FRESH);
  const change = (part: Partial<ListState>) => {
    setState((before) => {
      const after = { ...before, ...part };
      kept.set(place, after);
      return after;
    });
  };
  return { state, change };
}
