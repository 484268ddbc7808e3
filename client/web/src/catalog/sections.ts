import type { Field, Kind, Label } from "../api/types";

export interface FieldSection {
  readonly key: number;
  /** Undefined where the catalog does not divide the kind's fields. */
  readonly label: Label | undefined;
  readonly fields: readonly Field[];
}

/** The fields under the headings that the catalog gives them. */
export function sectionsOf(kind: Kind, fields: readonly Field[]): readonly FieldSection[] {
  const heads = kind.sections ?? [];
  if (heads.length === 0) {
    return [{ key: 0, label: undefined, fields }];
  }
  return heads
    .map((head, place) => {
      const end = heads[place + 1]?.first ?? Infinity;
      return {
        key: head.first,
        label: head.label,
        fields: fields.filter((field) => field.number >= head.first && field.number < end),
      };
    })
    .filter((section) => section.fields.length > 0);
}
