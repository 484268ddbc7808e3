import { useQueries } from "@tanstack/react-query";
import { useRef } from "react";

import type { Condition } from "../../api/conditions";
import { usePageQuery } from "../../api/queries";
import type { RecordPage, RecordView } from "../../api/types";

const PAGE_ROWS = 100;

export interface RowsWish {
  readonly kind: string;
  readonly search: string;
  readonly order: string | undefined;
  readonly conditions: readonly Condition[];
  readonly filter: string | undefined;
  readonly finding: string | undefined;
  readonly columns: readonly string[];
}

export interface Rows {
  readonly total: number | undefined;
  readonly rowAt: (index: number) => RecordView | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** A list of any length, of which the pages in sight are fetched. `first` to `end` is in sight. */
export function useRows(wish: RowsWish, first: number, end: number): Rows {
  const query = usePageQuery();
  const from = Math.floor(first / PAGE_ROWS);
  const to = Math.max(from + 1, Math.ceil(end / PAGE_ROWS));
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  const pages = useQueries({
    queries: numbers.map((number) =>
      query(wish.kind, {
        ...wish,
        offset: number * PAGE_ROWS,
        limit: PAGE_ROWS,
      }),
    ),
  });
  // While a new search is asked the old answer stays, rather than an empty list.
  const kept = useRef<ReadonlyMap<number, RecordPage>>(new Map());
  const arrived = new Map<number, RecordPage>();
  pages.forEach((page, place) => {
    if (page.data !== undefined) {
      arrived.set(from + place, page.data);
    }
  });
  if (arrived.size > 0) {
    kept.current = arrived;
  }
  const shown = kept.current;
  const [some] = [...shown.values()];
  return {
    total: some?.total,
    rowAt: (index) => shown.get(Math.floor(index / PAGE_ROWS))?.records[index % PAGE_ROWS],
    error: pages.find((page) => page.isError)?.error ?? null,
    retry: () => {
      for (const page of pages) {
        void page.refetch();
      }
    },
  };
}
