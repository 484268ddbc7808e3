import type { Catalog, Field, Kind } from "../api/types";
import type { Language } from "../i18n";

export const kindNamed = (catalog: Catalog | undefined, name: string): Kind | undefined =>
  catalog?.kinds.find((kind) => kind.name === name);

export const labelOf = (field: Field, language: Language): string => field.label[language];

/** The columns that a list shows before anybody chooses: what a record must have, save secrets. */
export function defaultColumns(kind: Kind | undefined): readonly string[] {
  return (kind?.fields ?? [])
    .filter((field) => field.required !== "no" && field.confidentiality !== "sensitive")
    .slice(0, 9)
    .map((field) => field.name);
}

export function codeOptions(catalog: Catalog | undefined, field: Field, language: Language) {
  const list = catalog?.code_lists.find((each) => each.name === field.codes);
  return (list?.codes ?? []).map((code) => ({
    value: code.code,
    label: `${code.code} ${code.label[language]}`,
  }));
}
