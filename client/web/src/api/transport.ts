import type { Finding } from "./types";

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

async function request(path: string, options: RequestInit): Promise<Response> {
  const headers = new Headers(options.headers);
  if (token !== undefined) {
    headers.set("Authorization", `Bearer ${token}`);
  }
  const response = await fetch(path, { ...options, headers, cache: "no-store" });
  if (!response.ok) {
    const body: ErrorBody = await response.json().catch(() => ({}));
    throw new ApiError(
      response.status,
      body.error?.message ?? `HTTP ${String(response.status)}`,
      body.error?.findings ?? [],
    );
  }
  return response;
}

export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  const response = await request(path, options);
  const value: T = await response.json();
  return value;
}

export const post = <T>(path: string, body: unknown): Promise<T> =>
  ask<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** A file that the program made; never kept by the page. */
export async function fetchFile(path: string): Promise<Blob> {
  const response = await request(path, {});
  return response.blob();
}

const CODE = /^#code=([0-9a-f]+)$/;

/** Whether the address carries a one-time code rather than a place in the workbench. */
export const hasEntryCode = (): boolean => CODE.test(window.location.hash);

/** Changes the one-time code of the address for the token, and goes to `place`; false where there
 * is no good code. */
export async function enter(place: string): Promise<boolean> {
  const code = CODE.exec(window.location.hash)?.[1];
  if (code === undefined) {
    return token !== undefined;
  }
  window.history.replaceState(null, "", `${window.location.pathname}${place}`);
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
