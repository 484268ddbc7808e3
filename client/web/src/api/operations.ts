import type { Language } from "../i18n";
import { type Condition, conditionParameters } from "./conditions";
import { ask, post } from "./transport";
import type {
  Action,
  Arrangement,
  Arrangements,
  CaseForm,
  Catalog,
  ConflictForm,
  Fields,
  Finding,
  Group,
  LockedStatus,
  Plan,
  RecordPage,
  RecordView,
  Saved,
  Status,
} from "./types";

export interface ListWish {
  readonly search: string;
  readonly order: string | undefined;
  readonly conditions: readonly Condition[];
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

function listQuery(wish: ListWish, language: Language): string {
  const query = new URLSearchParams({
    lang: language,
    offset: String(wish.offset),
    limit: String(wish.limit),
  });
  if (wish.search !== "") {
    query.set("search", wish.search);
  }
  if (wish.order !== undefined) {
    query.set("order", wish.order);
  }
  for (const [name, value] of conditionParameters(wish.conditions)) {
    query.append(name, value);
  }
  return query.toString();
}

/** Every operation of the client program that the page uses. */
export const api = {
  catalog: () => ask<Catalog>("/api/catalog"),
  status: (language: Language) => ask<LockedStatus | Status>(`/api/status?lang=${language}`),
  records: (kind: string, wish: ListWish, language: Language) =>
    ask<RecordPage>(`/api/records/${kind}?${listQuery(wish, language)}`),
  record: (kind: string, id: string, language: Language) =>
    ask<RecordView>(`/api/records/${kind}/${id}?lang=${language}`),
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
  resubmit: (sequence: number, language: Language) =>
    post<Saved>(`/api/groups/${String(sequence)}/resubmit?lang=${language}`, {}),
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
  unlock: (password: string, language: Language) =>
    post<{ done: boolean }>(`/api/unlock?lang=${language}`, { password }),
  lock: () => post<{ done: boolean }>("/api/lock", {}),
  active: () => post<{ done: boolean }>("/api/activity", {}),
};
