import { useMutation } from "@tanstack/react-query";

import { api, type ConflictWish } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import { useLanguage } from "../../i18n/useLanguage";

/** Deciding one conflict, or answering one's own loss. */
export function useSettling(number: string) {
  const language = useLanguage();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (wish: ConflictWish) => api.settleConflict(number, wish, language),
    onSuccess: refresh,
  });
}
