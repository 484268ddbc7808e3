import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { ConflictForm } from "../../api/types";

export interface Side {
  readonly title: string;
  readonly by: string;
  readonly value: string;
}

/** What stood there and what was offered. */
export const sidesOf = (of: ConflictForm, t: TFunction): readonly Side[] => [
  { title: t("conflicts.standing"), by: of.committed_by, value: of.committed },
  { title: t("conflicts.offered"), by: of.offered_by, value: of.offered },
];

/** Both values of one field, side by side, each with who gave it. */
export function Sides({ sides }: { readonly sides: readonly Side[] }) {
  const { t } = useTranslation();
  return (
    <div className="sides">
      {sides.map((side) => (
        <div key={side.title} className="side">
          <small>
            {side.title}
            {side.by === "" ? "" : ` · ${side.by}`}
          </small>
          <strong>{side.value || t("form.empty")}</strong>
        </div>
      ))}
    </div>
  );
}
