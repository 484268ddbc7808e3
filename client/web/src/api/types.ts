// What the client's API answers. Field names of records are not written here: they come with the
// catalog.

import type { Condition } from "./conditions";

export interface Label {
  readonly zh: string;
  readonly en: string;
}

export interface Field {
  readonly number: number;
  readonly name: string;
  readonly label: Label;
  readonly type: string;
  readonly required: string;
  readonly confidentiality: string;
  readonly width?: number;
  /** Of a code: the list's name. */
  readonly codes?: string;
  /** Of a reference: the kind's name. */
  readonly kind?: string;
  /** The date of a thing done: never later than today. */
  readonly happened?: boolean;
}

export interface Kind {
  readonly number: number;
  readonly name: string;
  readonly label: Label;
  readonly owner?: string;
  readonly writers: string;
  /** Headings over its fields, by the number of the first. */
  readonly sections?: readonly { readonly first: number; readonly label: Label }[];
  readonly fields: readonly Field[];
}

export interface Code {
  readonly code: string;
  readonly label: Label;
}

export interface CodeList {
  readonly name: string;
  readonly codes: readonly Code[];
}

export interface Catalog {
  readonly version: number;
  readonly kinds: readonly Kind[];
  readonly code_lists: readonly CodeList[];
}

/** Fields by name, each as the API reads it. */
export type Fields = Readonly<Record<string, string>>;

export interface FieldValue {
  readonly value: string;
  readonly shown: string;
  readonly changed_at: number;
}

export interface RecordView {
  readonly id: string;
  readonly kind: string;
  readonly retired: boolean;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export interface RecordPage {
  readonly total: number;
  readonly records: readonly RecordView[];
}

export interface Editing {
  readonly may_write: boolean;
  readonly manages: boolean;
  readonly always_open: boolean;
  readonly lease_ends_at: number;
  readonly open_until?: number;
  readonly opens_next?: number;
  /** The account's own edit windows, as far as the lease knows them. */
  readonly periods: readonly { readonly starts_at: number; readonly ends_at: number }[];
  /** Fields of the own account's record that its holder keeps. */
  readonly own_contact: readonly string[];
  /** Kinds of the sections that the account only reads. */
  readonly only_read: readonly string[];
}

/** All that a locked workbench says. */
export interface LockedStatus {
  readonly locked: true;
  readonly opening: boolean;
  readonly account: string;
  readonly reason: string;
  readonly message: string;
}

export interface Status {
  readonly locked?: false;
  readonly now: number;
  readonly revision: number;
  readonly account: string;
  readonly account_id?: string;
  readonly scope?: string;
  readonly scope_id?: string;
  readonly confirmed: number;
  readonly waiting: number;
  readonly quarantined: number;
  readonly rejected: number;
  readonly parked: number;
  readonly last_contact?: number;
  readonly editing?: Editing;
  readonly sync: {
    readonly phase: number;
    readonly phase_text: string;
    readonly message: string;
    /** The server asks for the account's second factor. */
    readonly wants_code: boolean;
  };
}

/** What the server knows of a device beside its record. */
export interface Contact {
  readonly device: string;
  readonly name: string;
  readonly account?: string;
  readonly at: number;
  readonly connected: boolean;
  readonly version: string;
  /** Groups that it had made and that have not come. */
  readonly missing: number;
}

export interface Decision {
  readonly field: string;
  readonly label?: string;
  readonly settlement: string;
  readonly settlement_text: string;
  readonly offered: string;
  readonly committed: string;
}

/** What an officer has decided about a group that was set aside. */
export interface GroupCase {
  readonly number: string;
  /** Of list case_state. */
  readonly state: string;
  readonly state_text: string;
  readonly remark: string;
  readonly decided_by: string;
}

/** A record that something is about. */
export interface Subject {
  readonly record: string;
  readonly kind: string;
  readonly kind_text: string;
  readonly name: string;
}

export interface Group {
  readonly sequence: number;
  readonly action: string;
  readonly action_text: string;
  readonly changes: number;
  readonly made_at: number;
  readonly stage: string;
  readonly stage_text: string;
  readonly log_index: number;
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
  readonly decisions: readonly Decision[];
  readonly case?: GroupCase;
  /** What its first change is about. */
  readonly about?: Subject;
}

export interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly field: string;
  readonly message: string;
}

export interface Saved {
  readonly sequence: number;
  readonly records: readonly string[];
  readonly warnings: readonly Finding[];
}

export interface ContentField {
  readonly field: string;
  readonly label: string;
  readonly value: string;
  /** The value as a form sends it. */
  readonly plain: string;
  readonly previous: string;
}

export interface ContentChange extends Subject {
  readonly operation: string;
  readonly operation_text: string;
  readonly fields: readonly ContentField[];
}

/** A group that was set aside, for whoever decides. */
export interface CaseForm {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  readonly state_text: string;
  readonly organisation: string;
  readonly account: string;
  readonly action: string;
  readonly action_text: string;
  readonly changes: number;
  readonly kinds: string;
  readonly made_at: number;
  readonly arrived_at: number;
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
  readonly remark: string;
  readonly decided_by: string;
  readonly decided_at: number;
  readonly depends_on: string;
  readonly failed: boolean;
  /** Absent where this account may not see all of it. */
  readonly content?: readonly ContentChange[];
}

/** A field for which two values were given. */
export interface ConflictForm {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  readonly state_text: string;
  readonly record: string;
  readonly kind: string;
  readonly kind_text: string;
  readonly name: string;
  readonly field: string;
  readonly label: string;
  readonly offered: string;
  readonly committed: string;
  readonly offered_by: string;
  readonly committed_by: string;
  /** The record was out of use when the value came. */
  readonly life: boolean;
  readonly own_loss: boolean;
  /** Of an own loss: which of the two values is one's own. */
  readonly lost: "offered" | "committed";
  readonly remark: string;
  readonly decided_by: string;
  readonly decided_at: number;
  readonly now?: string;
}

/** What a person has arranged on a list of the workbench. */
export interface Arrangement {
  readonly columns?: readonly string[];
  readonly filters?: readonly SavedFilter[];
}

export interface SavedFilter {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

export type Arrangements = Readonly<Record<string, Arrangement>>;

/** Something that an action asks for: a field of the catalog. */
export interface ActionInput {
  readonly name: string;
  readonly kind: string;
  readonly field: string;
  readonly label: Label;
  readonly required: boolean;
  /** It may be given for single records. */
  readonly each: boolean;
  /** What stands where nothing is given, by name or as a value. */
  readonly preset: string;
}

/** Something that people do with records, by its name. */
export interface Action {
  readonly name: string;
  readonly label: Label;
  /** Where it stands in the menu, parts separated by "/". */
  readonly place: Label;
  readonly kind: string;
  /** Done with several records, or making one. */
  readonly choice: "many" | "none";
  readonly inputs: readonly ActionInput[];
  readonly needs: readonly { readonly field: string; readonly codes: readonly string[] }[];
}

export interface PlannedChange {
  readonly kind: string;
  readonly kind_text: string;
  readonly record: string;
  /** Empty for a record that is made. */
  readonly name: string;
  readonly operation: string;
  readonly fields: readonly {
    readonly field: string;
    readonly label: string;
    readonly before: string;
    readonly after: string;
  }[];
}

export interface PlannedRecord {
  readonly record: string;
  readonly name: string;
  readonly changes: readonly PlannedChange[];
  readonly findings: readonly Finding[];
}

/** What an action would do, record by record. */
export interface Plan {
  readonly action: string;
  readonly refused: boolean;
  readonly warnings: readonly string[];
  readonly records: readonly PlannedRecord[];
  readonly findings: readonly Finding[];
}

export interface HistoryField {
  readonly field: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** A step that the log has told of. */
export interface HistoryStep {
  readonly step: string;
  readonly log_index: number;
  readonly at: number;
  readonly account: string;
  readonly device: string;
  readonly action: string;
  readonly action_text: string;
  readonly fields: readonly HistoryField[];
  /** Of a step made here: what the server decided. */
  readonly decision?: Group;
}

/** A step made here that the log has not told of, or never will. */
export interface OwnStep extends Group {
  readonly at: number;
  readonly fields: readonly HistoryField[];
}

export interface History {
  readonly waiting: readonly OwnStep[];
  readonly steps: readonly HistoryStep[];
}

/** A list that the users know by name. */
export interface NamedFilter {
  readonly name: string;
  readonly label: Label;
  /** What is chosen with it: one of a group at a time. */
  readonly group: Label;
}

/** Something to be done, counted. */
export interface Reminder {
  readonly rule: string;
  readonly sort: string;
  readonly severity: string;
  readonly count: number;
  readonly text: string;
  readonly query: { readonly kind: string; readonly finding: string };
  readonly deadline?: string;
  readonly overdue?: boolean;
}

export interface Filled {
  readonly records: number;
  readonly fields: readonly { readonly field: string; readonly filled: number }[];
}

export interface Reminders {
  readonly day: string;
  /** Every organisation has been looked at. */
  readonly complete: boolean;
  readonly done: number;
  readonly total: number;
  readonly items: readonly Reminder[];
  /** How much of what must be filled in is. */
  readonly required: {
    readonly filled: number;
    readonly due: number;
    readonly person: Filled;
    readonly organisation: Filled;
  };
}

export interface ImportColumn {
  /** As spreadsheets letter it. */
  readonly column: string;
  readonly header: string;
  readonly use: string;
  readonly kind?: string;
  readonly field?: string;
}

export interface CellRefusal {
  /** Empty where the file has no column for the field. */
  readonly column: string;
  readonly header: string;
  readonly field: string;
  readonly value: string;
  readonly message: Label;
}

/** What a roster would bring in. */
export interface ImportPreview {
  readonly good: number;
  readonly refused_by_rules: number;
  readonly other_sheets: readonly string[];
  readonly report: {
    readonly sheet: string;
    readonly header_row: number;
    readonly columns: readonly ImportColumn[];
    readonly refused: readonly { readonly row: number; readonly refusals: readonly CellRefusal[] }[];
    readonly skipped: readonly { readonly row: number; readonly reason: string }[];
  };
  readonly findings: readonly (Finding & { readonly row: number })[];
}

/** A list that the guidance names, to be exported. */
export interface ExportOffer {
  readonly name: string;
  readonly label: Label;
  readonly kind: string;
}

export interface ExportState {
  readonly state: "running" | "done" | "cancelled" | "failed";
  readonly done: number;
  readonly total: number;
  readonly file_name: string;
}

/** Secret: what an authenticator reads, and codes for the day on which it is lost. */
export interface SecondFactor {
  readonly url: string;
  readonly recovery_codes: readonly string[];
}
