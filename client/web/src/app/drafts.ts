import { useSyncExternalStore } from "react";

import type { Fields } from "../api/types";

/**
 * What was typed and is not saved yet, by the record or the action that it is for. It outlives its form, another
 * page and the lock: what somebody typed goes by Save or Discard alone. It is in memory and nowhere
 * else, and nothing of it is shown while the workbench is locked.
 */
const drafts = new Map<string, Fields>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) {
    listener();
  }
}

export const draftKey = (kind: string, id: string, owner = ""): string => `${kind}/${id}/${owner}`;

export function keepDraft(key: string, values: Fields): void {
  drafts.set(key, values);
  tell();
}

export function dropDraft(key: string): void {
  drafts.delete(key);
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export const useDraft = (key: string): Fields | undefined =>
  useSyncExternalStore(subscribe, () => drafts.get(key));

/** So that a closed tab asks first. */
export function guardDrafts(): void {
  window.addEventListener("beforeunload", (event) => {
    if (drafts.size > 0) {
      event.preventDefault();
    }
  });
}
