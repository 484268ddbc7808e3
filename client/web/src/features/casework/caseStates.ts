import type { Tone } from "../../components/Mark";

/** Of list case_state. */
const WAITING = "1";
const ACCEPTED = "2";
const AMENDED = "3";
export const RETURNED = "4";
const DISCARDED = "5";

/** What an officer may still decide, and its author send once more. */
export const openCases: ReadonlySet<string> = new Set([WAITING, RETURNED]);

export const caseTones: Readonly<Record<string, Tone>> = {
  [WAITING]: "wait",
  [ACCEPTED]: "good",
  [AMENDED]: "good",
  [RETURNED]: "bad",
  [DISCARDED]: "bad",
};
