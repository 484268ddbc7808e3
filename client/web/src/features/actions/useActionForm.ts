import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, type ActionWish } from "../../api/operations";
import { useOpenStatus, useRefresh } from "../../api/queries";
import type { Action, Fields, Saved, Status } from "../../api/types";
import { useSettled } from "../../components/useSettled";
import { dayText, yearOf } from "../../i18n/moments";
import { useLanguage } from "../../i18n/useLanguage";

const PREVIEW_AFTER_MS = 350;

/** Presets that the program fills in for each record by itself. */
const BY_RECORD: ReadonlySet<string> = new Set(["committee", "record"]);

/** What stands in an input before somebody types: the presets that one value says for all. */
function presetValue(preset: string, status: Status | undefined): string {
  const now = status?.now ?? 0;
  if (BY_RECORD.has(preset)) {
    return "";
  }
  return preset === "today"
    ? dayText(now)
    : preset === "next_year"
      ? String(yearOf(now) + 1)
      : preset === "scope"
        ? (status?.scope_id ?? "")
        : preset;
}

const given = (values: Fields): Fields =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));

/** An action's inputs, what it would do with them, and doing it. */
export function useActionForm(
  action: Action,
  records: readonly string[],
  onDone: (saved: Saved) => void,
) {
  const language = useLanguage();
  const status = useOpenStatus();
  const refresh = useRefresh();
  const [inputs, setInputs] = useState<Fields>(() =>
    Object.fromEntries(
      action.inputs.map((input) => [input.name, presetValue(input.preset, status)]),
    ),
  );
  const [each, setEach] = useState<Readonly<Record<string, Fields>>>({});
  const wish: ActionWish = {
    records,
    inputs: given(inputs),
    each: Object.fromEntries(
      Object.entries(each)
        .map(([record, values]) => [record, given(values)] as const)
        .filter(([, values]) => Object.keys(values).length > 0),
    ),
    accept_warnings: [],
  };
  const settled = useSettled(JSON.stringify(wish), PREVIEW_AFTER_MS);
  const preview = useQuery({
    queryKey: ["replica", "preview", action.name, settled, language],
    queryFn: () => api.previewAction(action.name, wish, language),
    enabled: settled === JSON.stringify(wish),
    placeholderData: (before) => before,
    retry: false,
  });
  const perform = useMutation({
    mutationFn: () =>
      api.doAction(
        action.name,
        { ...wish, accept_warnings: preview.data?.warnings ?? [] },
        language,
      ),
    onSuccess: (saved) => {
      refresh();
      onDone(saved);
    },
  });
  return {
    inputs,
    each,
    plan: preview.data,
    /** The plan is of what stands in the inputs now. */
    isCurrent: settled === JSON.stringify(wish) && preview.isSuccess && !preview.isFetching,
    error: perform.error ?? preview.error,
    isDoing: perform.isPending,
    type: (name: string, value: string) => {
      setInputs({ ...inputs, [name]: value });
    },
    typeFor: (record: string, name: string, value: string) => {
      setEach({ ...each, [record]: { ...each[record], [name]: value } });
    },
    perform: () => {
      perform.mutate();
    },
  };
}
