import { useTranslation } from "react-i18next";

import type { Kind, RecordView } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { sectionsOf } from "../../catalog/sections";
import { useLanguage } from "../../i18n/useLanguage";
import { editableFields } from "./formFields";

/** What a record says, under the catalog's headings; what is missing and counts is named too. */
export function RecordFacts({ kind, record }: { readonly kind: Kind; readonly record: RecordView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const shown = editableFields(kind).filter(
    (field) => record.fields[field.name] !== undefined || field.required !== "no",
  );
  return (
    <>
      {sectionsOf(kind, shown).map((section) => (
        <section key={section.key}>
          {section.label !== undefined && (
            <h3 className="section-title">{section.label[language]}</h3>
          )}
          <dl className="facts">
            {section.fields.map((field) => (
              <div key={field.name}>
                <dt>{labelOf(field, language)}</dt>
                <dd>
                  {record.fields[field.name]?.shown ?? (
                    <span className="finding-warn">{t("form.missing")}</span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}
