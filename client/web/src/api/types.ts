// What the client's API answers. Field names of records are not written here: they come with the
// catalog.

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
  readonly codes?: string;
  readonly kind?: string;
}

export interface Kind {
  readonly number: number;
  readonly name: string;
  readonly label: Label;
  readonly owner?: string;
  readonly fields: readonly Field[];
}

export interface CodeList {
  readonly name: string;
  readonly codes: readonly { readonly code: string; readonly label: Label }[];
}

export interface Catalog {
  readonly version: number;
  readonly kinds: readonly Kind[];
  readonly code_lists: readonly CodeList[];
}

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
  readonly scope?: string;
  readonly confirmed: number;
  readonly waiting: number;
  readonly quarantined: number;
  readonly rejected: number;
  readonly parked: number;
  readonly last_contact?: number;
  readonly editing?: Editing;
  readonly sync: { readonly phase: number; readonly phase_text: string; readonly message: string };
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

export interface Group {
  readonly sequence: number;
  readonly action: string;
  readonly changes: number;
  readonly made_at: number;
  readonly stage: string;
  readonly stage_text: string;
  readonly log_index: number;
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
  readonly decisions: readonly Decision[];
  readonly case?: GroupCase;
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
