import { Form } from "antd";
import { useId } from "react";

import type { Fields, Kind } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly kind: Kind;
  readonly given: Fields;
  readonly onGiven: (given: Fields) => void;
}

/** What every row of a roster may have in common: what each record must have, from a list. */
export function GivenFields({ kind, given, onGiven }: Props) {
  const language = useLanguage();
  const id = useId();
  const common = kind.fields.filter(
    (field) => field.required === "yes" && (field.type === "code" || field.type === "reference"),
  );
  return (
    <div className="fields">
      {common.map((field) => (
        <Form.Item
          key={field.name}
          layout="vertical"
          label={labelOf(field, language)}
          htmlFor={`${id}-${field.name}`}
        >
          <FieldInput
            field={field}
            id={`${id}-${field.name}`}
            value={given[field.name]}
            onChange={(value) => {
              const all = { ...given, [field.name]: value };
              onGiven(Object.fromEntries(Object.entries(all).filter(([, text]) => text !== "")));
            }}
          />
        </Form.Item>
      ))}
    </div>
  );
}
