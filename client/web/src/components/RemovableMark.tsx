import type { ReactNode } from "react";

interface Props {
  /** What its button does, in words. */
  readonly remove: string;
  readonly onRemove: () => void;
  readonly children: ReactNode;
}

/** Something in force, with a button that takes it away. */
export function RemovableMark({ remove, onRemove, children }: Props) {
  return (
    <span className="mark">
      {children}{" "}
      <button type="button" className="mark-remove" aria-label={remove} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}
