import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../api/operations";
import type { Arrangement } from "../../api/types";

/** Under the key of what is of the records: it goes from the page's memory at the lock too. */
const KEY = ["replica", "arrangements"];

/** What this person has arranged on a list: columns and saved filters. Kept by the program. */
export function useArrangement(place: string) {
  const client = useQueryClient();
  const name = `list.${place.toLowerCase()}`;
  const all = useQuery({ queryKey: KEY, queryFn: api.arrangements, retry: false });
  const keep = useMutation({
    mutationFn: (value: Arrangement) => api.keepArrangement(name, value),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const arrangement: Arrangement = keep.variables ?? all.data?.[name] ?? {};
  return {
    arrangement,
    arrange: (part: Arrangement) => {
      keep.mutate({ ...arrangement, ...part });
    },
    error: keep.error,
  };
}
