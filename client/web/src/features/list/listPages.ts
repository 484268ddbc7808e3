import type { Entry } from "../../app/menu";

/** What a list of the menu shows; everything else comes from the catalog and the named filters. */
export interface ListPageSpec {
  readonly kind: string;
  /** Of the named filters; those of its group are offered. */
  readonly filter?: string;
  /** One of the group is always chosen, that one at first. */
  readonly isFiltered?: boolean;
  /** A new record can be made here. */
  readonly creates?: boolean;
  /** New ones come from what is done on that page. */
  readonly begunAt?: Entry;
  /** Rosters of these are brought in here. */
  readonly imports?: boolean;
  /** Lists of other kinds on the same page, each in a tab of its own. */
  readonly beside?: readonly ListPageSpec[];
}

export const listPages: Readonly<Partial<Record<Entry, ListPageSpec>>> = {
  applicants: { kind: "person", filter: "all_applicants", isFiltered: true, creates: true, imports: true },
  persons: { kind: "person", filter: "all_members", isFiltered: true, creates: true, imports: true },
  duplicates: { kind: "person", filter: "duplicates", isFiltered: true },
  planReport: { kind: "plan", filter: "unanswered_plans", creates: true },
  // A letter comes from the member who leaves, or from a request.
  transfers: { kind: "letter", filter: "open_letters", begunAt: "persons" },
  dues: { kind: "dues_payment", creates: true },
  elections: { kind: "organisation_election", creates: true },
  appraisals: { kind: "organisation_appraisal", creates: true },
  tree: { kind: "organisation", filter: "terms_expired", creates: true },
  users: {
    kind: "account",
    creates: true,
    beside: [{ kind: "account_request", creates: true }],
  },
  windows: { kind: "window", creates: true },
  devices: { kind: "device", beside: [{ kind: "enrolment_code" }] },
};

const lists = (spec: ListPageSpec): readonly ListPageSpec[] => [spec, ...(spec.beside ?? [])];

/** Where records of the kind are listed. */
export const pageOf = (kind: string): string =>
  kind === "person"
    ? "persons"
    : (Object.entries(listPages).find(([, spec]) =>
        lists(spec).some((each) => each.kind === kind),
      )?.[0] ?? "home");

/** The page's list of the kind; the page's own where it has none of it. */
export const listOf = (spec: ListPageSpec, kind: string | undefined): ListPageSpec =>
  spec.beside?.find((each) => each.kind === kind) ?? spec;
