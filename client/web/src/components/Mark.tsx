import type { ReactNode } from "react";

export type Tone = "plain" | "good" | "wait" | "bad" | "note";

/** A state in a word or two. Its colour says nothing that the word does not. */
export function Mark({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`mark mark-${tone}`}>{children}</span>;
}
