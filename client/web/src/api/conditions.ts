/** What a filter demands of one field. */
export interface Condition {
  readonly field: string;
  readonly value: string;
}

/** The conditions as the list's address takes them. */
export const conditionParameters = (
  conditions: readonly Condition[],
): readonly (readonly [string, string])[] =>
  conditions.map((condition) => [condition.field, condition.value]);
