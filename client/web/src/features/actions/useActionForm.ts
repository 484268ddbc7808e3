import { useMutation, useQuery } from "@tanstack/react-query";

import { api, type ActionWish } from "../../api/operations";
import { useOpenStatus, useRefresh } from "../../api/queries";
import type { Action, ActionInput, Fields, Saved, Status } from "../../api/types";
import { dropDraft, keepDraft, useDraft } from "../../app/drafts";
import { factsOf } from "../../catalog/idNumber";
import { useSettled } from "../../components/useSettled";
import { dayText, yearOf } from "../../i18n/moments";
import { useLanguage } from "../../i18n/useLanguage";

const PREVIEW_AFTER_MS = 350;

/** Presets that the program fills in for each record by itself. */
const BY_RECORD = ["committee", "record"] as const;

/** What stands where nothing is typed, if the program fills it in for each record. */
export const filledBy = (input: ActionInput) => BY_RECORD.find((each) => each === input.preset);

/** What stands in an input before somebody types: the presets that one value says for all. */
function presetValue(input: ActionInput, status: Status | undefined): string {
  const now = status?.now ?? 0;
  const { preset } = input;
  if (filledBy(input) !== undefined) {
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

/** In a draft, an input of one record stands under both names; inputs' names have no stroke. */
const nameFor = (record: string, name: string): string => `${record}/${name}`;

function ofRecords(values: Fields, records: readonly string[], inputs: readonly ActionInput[]) {
  return Object.fromEntries(
    records
      .map((record) => {
        const own = inputs.map(({ name }) => [name, values[nameFor(record, name)] ?? ""] as const);
        return [record, given(Object.fromEntries(own))] as const;
      })
      .filter(([, own]) => Object.keys(own).length > 0),
  );
}

/** The inputs that an id number fills, with what it says. */
function told(action: Action, name: string, value: string): Fields {
  const typed = action.inputs.find((input) => input.name === name);
  const facts = typed?.field === "id_number" ? factsOf(value) : undefined;
  return Object.fromEntries(
    Object.entries(facts ?? {}).flatMap(([field, fact]) =>
      action.inputs
        .filter((input) => input.kind === typed?.kind && input.field === field)
        .map((input) => [input.name, fact] as const),
    ),
  );
}

/** An action's inputs, what it would do with them, and doing it. */
export function useActionForm(
  action: Action,
  records: readonly string[],
  leftOut: ReadonlySet<string>,
  onDone: (saved: Saved) => void,
) {
  const language = useLanguage();
  const status = useOpenStatus();
  const refresh = useRefresh();
  const key = ["action", action.name, ...records].join("/");
  const draft = useDraft(key);
  const values: Fields =
    draft ??
    Object.fromEntries(
      action.inputs.map((input) => [input.name, presetValue(input, status)]),
    );
  const inputs = Object.fromEntries(
    action.inputs.map(({ name }) => [name, values[name] ?? ""] as const),
  );
  const kept = records.filter((record) => !leftOut.has(record));
  const each = ofRecords(values, kept, action.inputs);
  const wish: ActionWish = { records: kept, inputs: given(inputs), each, accept_warnings: [] };
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
      dropDraft(key);
      refresh();
      onDone(saved);
    },
  });
  return {
    inputs,
    each,
    hasDraft: draft !== undefined,
    plan: preview.data,
    /** The plan is of what stands in the inputs now. */
    isCurrent: settled === JSON.stringify(wish) && preview.isSuccess && !preview.isFetching,
    error: perform.error ?? preview.error,
    isDoing: perform.isPending,
    type: (name: string, value: string) => {
      keepDraft(key, { ...values, [name]: value, ...told(action, name, value) });
    },
    typeFor: (record: string, name: string, value: string) => {
      keepDraft(key, { ...values, [nameFor(record, name)]: value });
    },
    perform: () => {
      perform.mutate();
    },
    discard: () => {
      dropDraft(key);
    },
  };
}
