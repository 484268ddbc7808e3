import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useLanguage } from "../i18n/useLanguage";
import { api, type ListWish } from "./operations";
import type { Status } from "./types";

/** How often the page asks where things stand; everything else is asked again when that changed. */
const STATUS_INTERVAL_MS = 1500;

/** Everything under this key is of the records, and is dropped when the workbench locks. */
const REPLICA = "replica";

export const useCatalog = () =>
  useQuery({ queryKey: ["catalog"], queryFn: api.catalog, staleTime: Infinity });

/** What people can do with records, by name. */
export const useActions = () =>
  useQuery({ queryKey: ["actions"], queryFn: api.actions, staleTime: Infinity });

export function useStatus() {
  const language = useLanguage();
  return useQuery({
    queryKey: ["status", language],
    queryFn: () => api.status(language),
    refetchInterval: STATUS_INTERVAL_MS,
    placeholderData: keepPreviousData,
  });
}

/** The status of an open workbench. */
export function useOpenStatus(): Status | undefined {
  const status = useStatus().data;
  return status?.locked === true ? undefined : status;
}

/** Drops what is of the records when the workbench locks, and asks anew when they change. */
export function useFreshness(): void {
  const client = useQueryClient();
  const status = useStatus();
  const isLocked = status.data?.locked === true || status.isError;
  const revision = status.data?.locked === true ? undefined : status.data?.revision;
  useEffect(() => {
    if (isLocked) {
      client.removeQueries({ queryKey: [REPLICA] });
    } else {
      void client.invalidateQueries({ queryKey: [REPLICA] });
    }
  }, [client, isLocked, revision]);
}

/** To be called after a write: what it changed is drawn without waiting for the next status. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: [REPLICA] });
    void client.invalidateQueries({ queryKey: ["status"] });
  };
}

/** One page of a list, as useQuery and useQueries take it. */
export function usePageQuery() {
  const language = useLanguage();
  return (kind: string, wish: ListWish) => ({
    queryKey: [REPLICA, "records", kind, wish, language],
    queryFn: () => api.records(kind, wish, language),
  });
}

export function useRecords(kind: string, wish: ListWish, enabled = true) {
  return useQuery({ ...usePageQuery()(kind, wish), enabled });
}

export function useRecord(kind: string, id: string | undefined) {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "record", kind, id, language],
    queryFn: () => api.record(kind, id ?? "", language),
    enabled: id !== undefined,
  });
}

export function useGroups() {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "groups", language],
    queryFn: () => api.groups(language),
  });
}

export function useCases(all: boolean) {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "cases", all, language],
    queryFn: () => api.cases(all, language),
  });
}

/** How often the server is asked which devices are in touch. */
const CONTACTS_MS = 15_000;

export function useContacts() {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "contacts", language],
    queryFn: () => api.contacts(language),
    placeholderData: keepPreviousData,
    refetchInterval: CONTACTS_MS,
    retry: false,
  });
}

export function useConflicts(which: "waiting" | "all" | "losses") {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "conflicts", which, language],
    queryFn: () => api.conflicts(which, language),
  });
}

export function useHistory(kind: string, id: string) {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "history", kind, id, language],
    queryFn: () => api.history(kind, id, language),
  });
}

/** The filters of a kind that have names. */
export const useNamedFilters = (kind: string) =>
  useQuery({
    queryKey: ["filters", kind],
    queryFn: () => api.filters(kind),
    staleTime: Infinity,
  });

/** How often what is not counted yet is asked for once more. */
const COUNTING_MS = 1500;

export function useReminders() {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "reminders", language],
    queryFn: () => api.reminders(language),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.complete === false ? COUNTING_MS : false),
  });
}

/** The lists that the guidance names, to be exported. */
export const useExports = () =>
  useQuery({ queryKey: ["exports"], queryFn: api.exports, staleTime: Infinity });

const EXPORTING_MS = 300;

export function useExportState(id: string) {
  const language = useLanguage();
  return useQuery({
    queryKey: [REPLICA, "export", id, language],
    queryFn: () => api.exportState(id, language),
    refetchInterval: (query) =>
      query.state.data === undefined || query.state.data.state === "running"
        ? EXPORTING_MS
        : false,
  });
}
