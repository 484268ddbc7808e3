import { useMutation } from "@tanstack/react-query";

import { api } from "../../api/operations";
import { useLanguage } from "../../i18n/useLanguage";
import type { Selection } from "../../components/grid/Grid";
import type { Rows, RowsWish } from "./useRows";

/** As many as one group of changes holds, and one page of the list gives. */
const CHOSEN_MAX = 1000;

/** Which records of the list are chosen; all of them means up to 1,000, in the list's order. */
export function useSelection(
  wish: RowsWish,
  rows: Rows,
  chosen: ReadonlySet<string>,
  choose: (chosen: ReadonlySet<string>) => void,
): Selection {
  const language = useLanguage();
  const everything = useMutation({
    mutationFn: () => api.records(wish.kind, { ...wish, offset: 0, limit: CHOSEN_MAX }, language),
    onSuccess: (page) => {
      choose(new Set(page.records.map((record) => record.id)));
    },
  });
  const total = Math.min(rows.total ?? 0, CHOSEN_MAX);
  return {
    isChosen: (index) => {
      const row = rows.rowAt(index);
      return row !== undefined && chosen.has(row.id);
    },
    toggle: (index) => {
      const row = rows.rowAt(index);
      if (row === undefined) {
        return;
      }
      const next = new Set(chosen);
      if (!next.delete(row.id)) {
        next.add(row.id);
      }
      choose(next);
    },
    all: chosen.size === 0 ? "none" : chosen.size >= total ? "all" : "some",
    toggleAll: () => {
      if (chosen.size > 0) {
        choose(new Set());
      } else {
        everything.mutate();
      }
    },
  };
}
