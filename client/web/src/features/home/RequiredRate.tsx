import { Collapse, Progress } from "antd";
import { useTranslation } from "react-i18next";

import type { Filled, Reminders } from "../../api/types";
import { fieldNamed, labelOf, useKind } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { pageOf } from "../list/listPages";
import { useFilteredList } from "../list/useListState";

const percent = (filled: number, due: number): number =>
  due === 0 ? 100 : Math.floor((filled / due) * 1000) / 10;

function Fields({ kind, of }: { readonly kind: string; readonly of: Filled }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const declared = useKind(kind);
  const open = useFilteredList();
  const missing = of.fields.filter((each) => each.filled < of.records);
  return (
    <ul className="missing">
      {missing.map((each) => {
        const field = fieldNamed(declared, each.field);
        return (
          <li key={each.field}>
            <button
              type="button"
              className="grid-open"
              onClick={() => {
                open(pageOf(kind), kind, [{ field: each.field, is: "empty", values: [] }]);
              }}
            >
              {field === undefined ? each.field : labelOf(field, language)}:{" "}
              {t("home.lacking", { count: of.records - each.filled, all: of.records })}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** How much of what must be filled in is (必填项), and what lacks. */
export function RequiredRate({ required }: { readonly required: Reminders["required"] }) {
  const { t } = useTranslation();
  const rate = percent(required.filled, required.due);
  return (
    <div className="panel">
      <h3 id="required-rate">{t("home.rate")}</h3>
      <Progress
        aria-labelledby="required-rate"
        percent={rate}
        format={() => `${String(rate)}%`}
        strokeColor={rate >= 98 ? "#237804" : "#a8071a"}
      />
      {required.filled < required.due && (
        <Collapse
          ghost
          items={[
            {
              key: "missing",
              label: t("home.missing"),
              children: (
                <>
                  <Fields kind="person" of={required.person} />
                  <Fields kind="organisation" of={required.organisation} />
                </>
              ),
            },
          ]}
        />
      )}
    </div>
  );
}
