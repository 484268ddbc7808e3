import type { Language } from "../i18n";
import type {
  Catalog,
  Finding,
  Group,
  LockedStatus,
  RecordPage,
  RecordView,
  Saved,
  Status,
} from "./types";

/** A refusal by the client program, in words for the person at the screen. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly findings: readonly Finding[],
  ) {
    super(message);
  }
}

interface ErrorBody {
  readonly error?: { readonly message?: string; readonly findings?: readonly Finding[] };
}

/** The token lives here, in memory, and nowhere else; a reload loses it on purpose. */
let token: string | undefined;

async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  const headers = new Headers(options.headers);
  if (token !== undefined) {
    headers.set("Authorization", `Bearer ${token}`);
  }
  const response = await fetch(path, { ...options, headers });
  if (!response.ok) {
    const body: ErrorBody = await response.json().catch(() => ({}));
    throw new ApiError(
      response.status,
      body.error?.message ?? `HTTP ${String(response.status)}`,
      body.error?.findings ?? [],
    );
  }
  const value: T = await response.json();
  return value;
}

function post<T>(path: string, body: unknown): Promise<T> {
  return ask<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Changes the one-time code of the address for the token; false where there is no good code. */
export async function enter(): Promise<boolean> {
  const code = new URLSearchParams(window.location.hash.slice(1)).get("code");
  window.history.replaceState(null, "", window.location.pathname);
  if (code === null) {
    return false;
  }
  try {
    const session = await post<{ token: string }>("/api/session", { code });
    token = session.token;
    return true;
  } catch (error) {
    if (error instanceof ApiError) {
      return false;
    }
    throw error;
  }
}

export interface ListWish {
  readonly search: string;
  readonly order: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

export const api = {
  catalog: () => ask<Catalog>("/api/catalog"),
  status: (language: Language) => ask<LockedStatus | Status>(`/api/status?lang=${language}`),
  records: (kind: string, wish: ListWish, language: Language) => {
    const query = new URLSearchParams({
      lang: language,
      search: wish.search,
      offset: String(wish.offset),
      limit: String(wish.limit),
    });
    if (wish.order !== undefined) {
      query.set("order", wish.order);
    }
    return ask<RecordPage>(`/api/records/${kind}?${query.toString()}`);
  },
  record: (kind: string, id: string, language: Language) =>
    ask<RecordView>(`/api/records/${kind}/${id}?lang=${language}`),
  groups: (language: Language) => ask<readonly Group[]>(`/api/groups?lang=${language}`),
  save: (kind: string, id: string, fields: Readonly<Record<string, string>>, language: Language) =>
    post<Saved>(`/api/groups?lang=${language}`, {
      action: "edit",
      changes: [{ kind, id, operation: "update", fields }],
    }),
  resubmit: (sequence: number, language: Language) =>
    post<{ sequence: number }>(`/api/groups/${String(sequence)}/resubmit?lang=${language}`, {}),
  syncNow: () => post<{ started: boolean }>("/api/sync", {}),
  unlock: (password: string, language: Language) =>
    post<{ done: boolean }>(`/api/unlock?lang=${language}`, { password }),
  lock: () => post<{ done: boolean }>("/api/lock", {}),
  active: () => post<{ done: boolean }>("/api/activity", {}),
};
