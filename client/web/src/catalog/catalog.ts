import { useCatalog } from "../api/queries";
import type { Catalog, Code, Field, FieldValue, Kind, Label, RecordView } from "../api/types";
import type { Language } from "../i18n";

export const kindNamed = (catalog: Catalog | undefined, name: string): Kind | undefined =>
  catalog?.kinds.find((kind) => kind.name === name);

/** The kind of that name; undefined until the catalog has come. */
export const useKind = (name: string): Kind | undefined => kindNamed(useCatalog().data, name);

export const labelOf = (named: { readonly label: Label }, language: Language): string =>
  named.label[language];

export const fieldNamed = (kind: Kind | undefined, name: string): Field | undefined =>
  kind?.fields.find((field) => field.name === name);

/** The field of an entry that names whose it is. */
export const OWNER = "owner";

/** The kinds whose records belong to one of this kind: the tabs of its page. */
export const entriesOf = (catalog: Catalog | undefined, kind: string): readonly Kind[] =>
  (catalog?.kinds ?? []).filter((each) => each.owner === kind);

/** What people call a record, in the order in which the client program looks for it. */
export const NAMING = ["name", "number", "label"];

export function nameOf(record: RecordView, kind: Kind | undefined): string {
  for (const naming of NAMING) {
    const shown = record.fields[naming]?.shown;
    if (shown !== undefined) {
      return shown;
    }
  }
  const first = kind?.fields.find((field) => record.fields[field.name] !== undefined);
  return first === undefined ? "" : (record.fields[first.name]?.shown ?? "");
}

const COLUMNS_MAX = 8;

/** The columns that a list shows before anybody chooses: what a record must have, save secrets. */
export function defaultColumns(kind: Kind | undefined): readonly string[] {
  const order = ["yes", "counted", "no"];
  const shown = (kind?.fields ?? []).filter(
    (field) => field.confidentiality !== "sensitive" && field.type !== "note",
  );
  const wanted = new Set(
    order
      .flatMap((required) => shown.filter((field) => field.required === required))
      .slice(0, COLUMNS_MAX),
  );
  return shown.filter((field) => wanted.has(field)).map((field) => field.name);
}

export const codesOf = (catalog: Catalog | undefined, field: Field): readonly Code[] =>
  catalog?.code_lists.find((list) => list.name === field.codes)?.codes ?? [];

/** A value as a form sends it: money in yuan, everything else as it is held. */
export const plainText = (field: Field, held: FieldValue | undefined): string =>
  (field.type === "money" ? held?.shown : held?.value) ?? "";

const WIDTHS: Readonly<Record<string, number>> = {
  boolean: 90,
  reference: 155,
  integer: 110,
  money: 120,
  day: 115,
  month: 115,
  instant: 170,
  note: 280,
};

const CODE_MAX = 170;
/** Of a list's codes so many fit; the few longer ones are cut, and said in full where one points. */
const CODES_FITTING = 0.9;
const CELL_PADDING = 26;

/** About how wide a letter is, in pixels, and one of a heading, which is bold. */
const LETTER = 7.6;
const BOLD_LETTER = 9.7;

/** About how wide words are, in pixels: Han characters are square. */
const wordsWidth = (words: string, letter: number): number =>
  Array.from(words).reduce((sum, character) => sum + (character > "\u2e80" ? 14.2 : letter), 0);

function valuesWidth(field: Field, language: Language, catalog: Catalog | undefined): number {
  if (field.type === "code") {
    const widths = codesOf(catalog, field)
      .map((code) => wordsWidth(code.label[language], LETTER))
      .sort((left, right) => left - right);
    const fitting = widths[Math.ceil(widths.length * CODES_FITTING) - 1] ?? 0;
    return Math.min(CODE_MAX, fitting + CELL_PADDING);
  }
  const fixed = WIDTHS[field.type];
  if (fixed !== undefined) {
    return fixed;
  }
  const width = field.width ?? 0;
  return width <= 20 ? 130 : width <= 50 ? 140 : 240;
}

/** How wide a column of the field is, in pixels: as its longest usual value, or its heading. */
export const widthOf = (field: Field, language: Language, catalog: Catalog | undefined): number =>
  Math.max(
    valuesWidth(field, language, catalog),
    Math.round(wordsWidth(labelOf(field, language), BOLD_LETTER)) + CELL_PADDING,
  );
