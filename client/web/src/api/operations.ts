import type { Language } from "../i18n";
import { type Condition, whereOf } from "./conditions";
import { ask, post } from "./transport";
import type {
  Action,
  Arrangement,
  Arrangements,
  CaseForm,
  Catalog,
  ConflictForm,
  Contact,
  ExportOffer,
  ExportState,
  Fields,
  Finding,
  Group,
  History,
  ImportPreview,
  LockedStatus,
  NamedFilter,
  Plan,
  RecordPage,
  RecordView,
  Reminders,
  Saved,
  SecondFactor,
  Status,
} from "./types";

export interface ListWish {
  readonly search: string;
  readonly order: string | undefined;
  readonly conditions: readonly Condition[];
  /** A filter that has its name. */
  readonly filter?: string | undefined;
  /** Only records that this rule names. */
  readonly finding?: string | undefined;
  /** Of organisations: those above the scope too, of which only the name is known here. */
  readonly above?: boolean;
  /** The fields that are wanted; all where it is absent. */
  readonly columns?: readonly string[];
  readonly offset: number;
  readonly limit: number;
}

export type Operation = "create" | "update" | "retire" | "restore";

export interface ChangeWish {
  readonly kind: string;
  readonly id?: string;
  readonly operation: Operation;
  readonly fields?: Fields;
}

/** What an action is to be done with. */
export interface ActionWish {
  readonly records: readonly string[];
  readonly inputs: Fields;
  readonly each: Readonly<Record<string, Fields>>;
  readonly accept_warnings: readonly string[];
}

/** A roster, and how it is to be read. */
export interface ImportWish {
  /** In base64. */
  readonly file: string;
  readonly name: string;
  readonly kind: string;
  readonly sheet: string;
  /** By column's letters: a field's name, or empty to leave it out. */
  readonly columns: Fields;
  /** What rows have that bring none of their own. */
  readonly given: Fields;
  readonly fixes: readonly { readonly row: number; readonly column: string; readonly value: string }[];
}

/** A list that the guidance names, or what the page shows. */
export type ExportWish =
  | { readonly name: string }
  | { readonly kind: string; readonly query: Fields };

export interface CaseWish {
  readonly decision: "accept" | "amend" | "return" | "discard" | "withdraw";
  readonly remark?: string;
  readonly changes?: readonly ChangeWish[];
}

export interface ConflictWish {
  readonly decision: "keep" | "take" | "value" | "resubmit" | "seen";
  readonly value?: string;
  readonly remark?: string;
}

/** What a list is asked for, its page aside, as the program takes it. */
export function listParameters(wish: Omit<ListWish, "offset" | "limit">): Fields {
  const all = {
    search: wish.search === "" ? undefined : wish.search,
    order: wish.order,
    where: whereOf(wish.conditions),
    filter: wish.filter,
    finding: wish.finding,
    columns: wish.columns?.join(","),
    above: wish.above === true ? "true" : undefined,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const listQuery = (wish: ListWish, language: Language): string =>
  new URLSearchParams({
    ...listParameters(wish),
    lang: language,
    offset: String(wish.offset),
    limit: String(wish.limit),
  }).toString();

/** Every operation of the client program that the page uses. */
export const api = {
  catalog: () => ask<Catalog>("/api/catalog"),
  status: (language: Language) => ask<LockedStatus | Status>(`/api/status?lang=${language}`),
  records: (kind: string, wish: ListWish, language: Language) =>
    ask<RecordPage>(`/api/records/${kind}?${listQuery(wish, language)}`),
  record: (kind: string, id: string, language: Language) =>
    ask<RecordView>(`/api/records/${kind}/${id}?lang=${language}`),
  exports: () => ask<readonly ExportOffer[]>("/api/exports"),
  startExport: (wish: ExportWish, language: Language) =>
    post<{ export: string; file_name: string }>(`/api/exports?lang=${language}`, wish),
  exportState: (id: string, language: Language) =>
    ask<ExportState>(`/api/exports/${id}?lang=${language}`),
  cancelExport: (id: string) => post<unknown>(`/api/exports/${id}/cancel`, {}),
  exportFile: (id: string) =>
    ask<{ file_name: string; content: string }>(`/api/exports/${id}/file`),
  history: (kind: string, id: string, language: Language) =>
    ask<History>(`/api/records/${kind}/${id}/history?lang=${language}`),
  filters: (kind: string) => ask<readonly NamedFilter[]>(`/api/filters/${kind}`),
  reminders: (language: Language) => ask<Reminders>(`/api/reminders?lang=${language}`),
  undo: (sequence: number, language: Language) =>
    post<Saved>(`/api/groups/${String(sequence)}/undo?lang=${language}`, {}),
  groups: (language: Language) => ask<readonly Group[]>(`/api/groups?lang=${language}`),
  commit: (action: string, changes: readonly ChangeWish[], language: Language) =>
    post<Saved>(`/api/groups?lang=${language}`, { action, changes }),
  /** What the rules say of changes that are not made yet. */
  check: (changes: readonly ChangeWish[], language: Language) =>
    post<{ findings: readonly Finding[] }>(`/api/check?lang=${language}`, {
      action: "edit",
      changes,
    }),
  actions: () => ask<readonly Action[]>("/api/actions"),
  previewAction: (name: string, wish: ActionWish, language: Language) =>
    post<Plan>(`/api/actions/${name}/preview?lang=${language}`, wish),
  doAction: (name: string, wish: ActionWish, language: Language) =>
    post<Saved>(`/api/actions/${name}?lang=${language}`, wish),
  previewImport: (wish: ImportWish, language: Language) =>
    post<ImportPreview>(`/api/imports/preview?lang=${language}`, wish),
  doImport: (wish: ImportWish, language: Language) =>
    post<Saved>(`/api/imports?lang=${language}`, wish),
  resubmit: (sequence: number, language: Language) =>
    post<Saved>(`/api/groups/${String(sequence)}/resubmit?lang=${language}`, {}),
  contacts: (language: Language) => ask<readonly Contact[]>(`/api/contacts?lang=${language}`),
  cases: (all: boolean, language: Language) =>
    ask<readonly CaseForm[]>(`/api/cases?lang=${language}&all=${String(all)}`),
  decideCase: (number: string, wish: CaseWish, language: Language) =>
    post<Saved>(`/api/cases/${number}?lang=${language}`, wish),
  conflicts: (which: "waiting" | "all" | "losses", language: Language) =>
    ask<readonly ConflictForm[]>(
      `/api/conflicts?lang=${language}&all=${String(which === "all")}&losses=${String(which === "losses")}`,
    ),
  settleConflict: (number: string, wish: ConflictWish, language: Language) =>
    post<Saved>(`/api/conflicts/${number}?lang=${language}`, wish),
  arrangements: () => ask<Arrangements>("/api/settings?prefix=list."),
  keepArrangement: (name: string, value: Arrangement) =>
    post<{ kept: boolean }>(`/api/settings/${name}`, { value }),
  syncNow: () => post<{ started: boolean }>("/api/sync", {}),
  /** With what the account's authenticator shows, or a recovery code. */
  syncWithCode: (code: string, language: Language) =>
    post<{ started: boolean }>(`/api/sync?lang=${language}`, { code }),
  unlock: (password: string, language: Language) =>
    post<{ done: boolean }>(`/api/unlock?lang=${language}`, { password }),
  changePassword: (current: string, password: string, language: Language) =>
    post<{ done: boolean }>(`/api/password?lang=${language}`, { current, password }),
  makeSecondFactor: (current: string, language: Language) =>
    post<SecondFactor>(`/api/second-factor?lang=${language}`, { current }),
  confirmSecondFactor: (code: string, language: Language) =>
    post<{ done: boolean }>(`/api/second-factor/confirm?lang=${language}`, { code }),
  makeCode: (account: string, activates: boolean, language: Language) =>
    post<{ code: string; minutes: number }>(`/api/records/account/${account}/code?lang=${language}`, {
      activates,
    }),
  lock: () => post<{ done: boolean }>("/api/lock", {}),
  active: () => post<{ done: boolean }>("/api/activity", {}),
};
