/** How a condition's field stands to its values; the client program's own words. */
export type Relation =
  | "equal"
  | "any_of"
  | "contains"
  | "not_less"
  | "not_greater"
  | "empty"
  | "not_empty";

/** What a filter demands of one field. */
export interface Condition {
  readonly field: string;
  readonly is: Relation;
  readonly values: readonly string[];
}

export const equal = (field: string, value: string): Condition => ({
  field,
  is: "equal",
  values: [value],
});

/** The relations that make sense for a field of the type, the usual one first. */
export function relationsOf(type: string): readonly Relation[] {
  switch (type) {
    case "code":
      return ["any_of", "empty", "not_empty"];
    case "text":
    case "note":
    case "tags":
      return ["contains", "equal", "empty", "not_empty"];
    case "day":
    case "month":
    case "instant":
    case "integer":
    case "money":
      return ["not_less", "not_greater", "equal", "empty", "not_empty"];
    default:
      return ["equal", "empty", "not_empty"];
  }
}

export const takesValue = (relation: Relation): boolean =>
  relation !== "empty" && relation !== "not_empty";

/** The conditions as the list's address takes them: all must hold. */
export function whereOf(conditions: readonly Condition[]): string | undefined {
  return conditions.length === 0
    ? undefined
    : JSON.stringify({
        all: conditions.map(({ field, is, values }) =>
          is === "any_of"
            ? { field, is, values }
            : takesValue(is)
              ? { field, is, value: values[0] ?? "" }
              : { field, is },
        ),
      });
}
