import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, type ChangeWish } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import { ApiError } from "../../api/transport";
import type { Field, Fields, Finding, Kind, RecordView, Saved } from "../../api/types";
import { OWNER } from "../../catalog/catalog";
import { useSettled } from "../../components/useSettled";
import { useLanguage } from "../../i18n/useLanguage";
import { draftKey, dropDraft, keepDraft, useDraft } from "../../app/drafts";
import { changedFields, formValues, typed } from "./formFields";

const CHECK_AFTER_MS = 350;

interface Subject {
  readonly kind: Kind;
  /** Undefined for a new one. */
  readonly record: RecordView | undefined;
  /** Of an entry: whose it is. */
  readonly owner?: string | undefined;
  /** What a new one begins with. */
  readonly begins?: Fields | undefined;
  readonly onSaved: (saved: Saved) => void;
}

function wishFor({ kind, record, owner }: Subject, changed: Fields): ChangeWish {
  if (record !== undefined) {
    return { kind: kind.name, id: record.id, operation: "update", fields: changed };
  }
  const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== ""));
  return {
    kind: kind.name,
    operation: "create",
    fields: owner === undefined ? given : { [OWNER]: owner, ...given },
  };
}

const findingsOf = (error: Error | null): readonly Finding[] =>
  error instanceof ApiError ? error.findings : [];

/** A form's values, which are kept wherever one goes, what the rules say of them, and saving. */
export function useRecordForm(subject: Subject) {
  const { kind, record, owner, begins } = subject;
  const language = useLanguage();
  const refresh = useRefresh();
  const key = draftKey(kind.name, record?.id ?? "new", owner);
  const draft = useDraft(key);
  const before = useMemo(() => formValues(kind, record), [kind, record]);
  const values = draft ?? { ...before, ...begins };
  const changed = changedFields(before, values);
  const wish = wishFor(subject, changed);
  const settled = useSettled(JSON.stringify(wish), CHECK_AFTER_MS);
  const check = useQuery({
    queryKey: ["replica", "check", settled, language],
    queryFn: () => api.check([wish], language),
    enabled: draft !== undefined && settled === JSON.stringify(wish),
    retry: false,
  });
  const save = useMutation({
    mutationFn: () => api.commit(record === undefined ? "create" : "edit", [wish], language),
    onSuccess: (saved) => {
      dropDraft(key);
      refresh();
      subject.onSaved(saved);
    },
  });
  const refused = findingsOf(save.error);
  // A new form does not complain of what nobody has come to yet; saving says it.
  const isPremature = (finding: Finding) =>
    record === undefined && (values[finding.field] ?? "") === "";
  const said = check.data?.findings ?? findingsOf(check.error);
  const checked = said.filter((finding) => !isPremature(finding));
  return {
    values,
    isChanged: Object.keys(changed).length > 0,
    hasDraft: draft !== undefined,
    findings: save.isError && refused.length > 0 ? refused : checked,
    /** Why it was not saved, where no finding says it. */
    failure: save.error !== null && refused.length === 0 ? save.error.message : undefined,
    wasRefused: save.isError,
    isSaving: save.isPending,
    save: () => {
      save.mutate();
    },
    type: (field: Field, value: string) => {
      if (save.isError) {
        save.reset();
      }
      keepDraft(key, typed(kind, values, field, value));
    },
    discard: () => {
      save.reset();
      dropDraft(key);
    },
  };
}
