import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, type ImportWish } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { Saved } from "../../api/types";
import { useSettled } from "../../components/useSettled";
import { useLanguage } from "../../i18n/useLanguage";

const PREVIEW_AFTER_MS = 400;

/** A roster between being chosen and being imported; the file stays in the page's memory. */
export function useImport(kind: string, onDone: (saved: Saved) => void) {
  const language = useLanguage();
  const refresh = useRefresh();
  const [wish, setWish] = useState<ImportWish>();
  // The wish holds the whole file: its number stands for it in the query's key.
  const [version, setVersion] = useState(0);
  const settled = useSettled(version, PREVIEW_AFTER_MS);
  const preview = useQuery({
    queryKey: ["replica", "import", settled, language],
    queryFn: () =>
      wish === undefined ? Promise.reject(new Error()) : api.previewImport(wish, language),
    enabled: wish !== undefined && settled === version,
    placeholderData: (before) => before,
    retry: false,
    gcTime: 0,
  });
  const perform = useMutation({
    mutationFn: () =>
      wish === undefined ? Promise.reject(new Error()) : api.doImport(wish, language),
    onSuccess: (saved) => {
      setWish(undefined);
      refresh();
      onDone(saved);
    },
  });
  const change = (part: Partial<ImportWish>) => {
    if (wish !== undefined) {
      setWish({ ...wish, ...part });
      setVersion(version + 1);
    }
  };
  return {
    wish,
    preview: wish === undefined ? undefined : preview.data,
    isCurrent: settled === version && !preview.isFetching && preview.isSuccess,
    error: perform.error ?? preview.error,
    isImporting: perform.isPending,
    choose: (file: string, name: string) => {
      setWish({ file, name, kind, sheet: "", columns: {}, given: wish?.given ?? {}, fixes: [] });
      setVersion(version + 1);
    },
    change,
    fix: (row: number, column: string, value: string) => {
      const others = (wish?.fixes ?? []).filter(
        (each) => each.row !== row || each.column !== column,
      );
      change({ fixes: [...others, { row, column, value }] });
    },
    perform: () => {
      perform.mutate();
    },
  };
}
