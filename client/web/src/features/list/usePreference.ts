import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/operations";
import type { Preference } from "../../api/types";

const KEY = ["preferences"];

/** What this person has arranged on a page: columns and saved filters. Kept by the program. */
export function usePreference(page: string) {
  const client = useQueryClient();
  const all = useQuery({ queryKey: KEY, queryFn: api.preferences, staleTime: Infinity });
  const keep = useMutation({
    mutationFn: (value: Preference) => api.keepPreference(page, value),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const preference: Preference = keep.variables ?? all.data?.[page] ?? {};
  return {
    preference,
    arrange: (part: Preference) => {
      keep.mutate({ ...preference, ...part });
    },
    error: keep.error,
  };
}
