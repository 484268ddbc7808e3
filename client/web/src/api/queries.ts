import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import type { Language } from "../i18n";
import { api, type ListWish } from "./client";

/** How often the page asks where things stand; everything else is asked again when that changed. */
const STATUS_INTERVAL_MS = 1500;

export const useCatalog = () =>
  useQuery({ queryKey: ["catalog"], queryFn: api.catalog, staleTime: Infinity });

export function useStatus(language: Language) {
  const client = useQueryClient();
  const status = useQuery({
    queryKey: ["status", language],
    queryFn: () => api.status(language),
    refetchInterval: STATUS_INTERVAL_MS,
  });
  const isLocked = status.data?.locked === true || status.isError;
  const revision = status.data?.locked === true ? undefined : status.data?.revision;
  useEffect(() => {
    if (isLocked) {
      client.removeQueries({ queryKey: ["replica"] });
    } else {
      void client.invalidateQueries({ queryKey: ["replica"] });
    }
  }, [client, isLocked, revision]);
  return status;
}

export const useRecords = (kind: string, wish: ListWish, language: Language) =>
  useQuery({
    queryKey: ["replica", "records", kind, wish, language],
    queryFn: () => api.records(kind, wish, language),
    placeholderData: keepPreviousData,
  });

export const useRecord = (kind: string, id: string, language: Language) =>
  useQuery({
    queryKey: ["replica", "record", kind, id, language],
    queryFn: () => api.record(kind, id, language),
  });

export const useGroups = (language: Language) =>
  useQuery({ queryKey: ["replica", "groups", language], queryFn: () => api.groups(language) });
