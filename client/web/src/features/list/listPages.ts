import type { Condition } from "../../api/conditions";
import type { Entry } from "../../app/menu";

/** A filter that has its name in the users' own guidance. */
export interface NamedFilter {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

/** What a list of the menu shows; everything else comes from the catalog. */
export interface ListPageSpec {
  readonly kind: string;
  /** Always demanded, and shown to nobody: what the page is about. */
  readonly always?: readonly Condition[];
  /** What a filter of names is called, and the filters. */
  readonly named?: readonly NamedFilter[];
  /** A new record can be made here. */
  readonly creates?: boolean;
  /** What a new one is to begin with. */
  readonly begins?: Readonly<Record<string, string>>;
  readonly columns?: readonly string[];
}

export const listPages: Readonly<Partial<Record<Entry, ListPageSpec>>> = {
  applicants: { kind: "person", creates: true },
  persons: { kind: "person", creates: true },
  planReport: { kind: "plan", creates: true },
  transfers: { kind: "letter", creates: true },
  dues: { kind: "dues_payment", creates: true },
  elections: { kind: "organisation_election" },
  appraisals: { kind: "organisation_appraisal" },
  tree: { kind: "organisation", creates: true },
  users: { kind: "account", creates: true },
  windows: { kind: "window", creates: true },
  devices: { kind: "device" },
};
