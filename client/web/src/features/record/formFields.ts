import type { Field, Fields, Finding, Kind, RecordView } from "../../api/types";
import { OWNER, plainText } from "../../catalog/catalog";
import { factsOf } from "../../catalog/idNumber";

export const editableFields = (kind: Kind): readonly Field[] =>
  kind.fields.filter((field) => kind.owner === undefined || field.name !== OWNER);

/** What a new record is asked for first; the rest can wait. */
export const neededFields = (fields: readonly Field[]): readonly Field[] =>
  fields.filter((field) => field.required !== "no");

/** The record's fields as the form shows them. */
export const formValues = (kind: Kind, record: RecordView | undefined): Fields =>
  Object.fromEntries(
    editableFields(kind).map((field) => [field.name, plainText(field, record?.fields[field.name])]),
  );

/** Only what differs from what stood there goes into the group. */
export const changedFields = (before: Fields, values: Fields): Fields =>
  Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== (before[name] ?? "")),
  );

/** The values with one more typed; an id number says its holder's sex and day of birth. */
export function typed(kind: Kind, values: Fields, field: Field, value: string): Fields {
  const next = { ...values, [field.name]: value };
  const facts = field.name === "id_number" ? factsOf(value) : undefined;
  if (facts === undefined) {
    return next;
  }
  const told = Object.entries(facts).filter(([name]) =>
    kind.fields.some((each) => each.name === name),
  );
  return { ...next, ...Object.fromEntries(told) };
}

/** Findings by their field; under the empty name what is about no field of the form. */
export function findingsByField(
  findings: readonly Finding[],
  fields: readonly Field[],
): ReadonlyMap<string, readonly Finding[]> {
  const by = new Map<string, readonly Finding[]>();
  for (const finding of findings) {
    const name = fields.some((field) => field.name === finding.field) ? finding.field : "";
    by.set(name, [...(by.get(name) ?? []), finding]);
  }
  return by;
}
