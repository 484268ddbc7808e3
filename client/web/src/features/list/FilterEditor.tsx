import { Button, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Condition, type Relation, relationsOf, takesValue } from "../../api/conditions";
import { useCatalog } from "../../api/queries";
import type { Field, Kind } from "../../api/types";
import { codesOf, fieldNamed, labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly kind: Kind;
  readonly onAdd: (condition: Condition) => void;
}

interface ValuesProps {
  readonly field: Field;
  readonly relation: Relation;
  readonly values: readonly string[];
  readonly onValues: (values: readonly string[]) => void;
}

function Values({ field, relation, values, onValues }: ValuesProps) {
  const language = useLanguage();
  const codes = codesOf(useCatalog().data, field);
  return relation === "any_of" ? (
    <Select
      mode="multiple"
      style={{ width: "100%" }}
      optionFilterProp="label"
      aria-label={labelOf(field, language)}
      value={[...values]}
      options={codes.map((code) => ({ value: code.code, label: code.label[language] }))}
      onChange={onValues}
    />
  ) : (
    <FieldInput
      field={relation === "contains" ? { ...field, type: "text" } : field}
      value={values[0] ?? ""}
      label={labelOf(field, language)}
      onChange={(value) => {
        onValues(value === "" ? [] : [value]);
      }}
    />
  );
}

/** One condition: a field of the kind, how it must stand, and to what. */
export function FilterEditor({ kind, onAdd }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [field, setField] = useState<Field>();
  const [relation, setRelation] = useState<Relation>("equal");
  const [values, setValues] = useState<readonly string[]>([]);
  const isWhole = field !== undefined && (!takesValue(relation) || values.length > 0);
  return (
    <Space direction="vertical" style={{ width: 320 }}>
      <Select
        showSearch
        optionFilterProp="label"
        style={{ width: "100%" }}
        aria-label={t("list.filterField")}
        placeholder={t("list.filterField")}
        {...(field === undefined ? {} : { value: field.name })}
        options={kind.fields.map((each) => ({ value: each.name, label: labelOf(each, language) }))}
        onChange={(name: string) => {
          const chosen = fieldNamed(kind, name);
          setField(chosen);
          setRelation(relationsOf(chosen?.type ?? "")[0] ?? "equal");
          setValues([]);
        }}
      />
      {field !== undefined && (
        <Select<Relation>
          style={{ width: "100%" }}
          aria-label={t("list.relation")}
          value={relation}
          options={relationsOf(field.type).map((each) => ({
            value: each,
            label: t(`relation.${each}`),
          }))}
          onChange={(chosen) => {
            setRelation(chosen);
            setValues([]);
          }}
        />
      )}
      {field !== undefined && takesValue(relation) && (
        <Values field={field} relation={relation} values={values} onValues={setValues} />
      )}
      <Button
        type="primary"
        disabled={!isWhole}
        onClick={() => {
          if (field !== undefined) {
            onAdd({ field: field.name, is: relation, values });
          }
        }}
      >
        {t("list.addFilter")}
      </Button>
    </Space>
  );
}
