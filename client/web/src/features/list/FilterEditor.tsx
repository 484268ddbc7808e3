import { Button, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Condition } from "../../api/conditions";
import type { Kind } from "../../api/types";
import { fieldNamed, labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly kind: Kind;
  readonly onAdd: (condition: Condition) => void;
}

/** One condition: a field of the kind, and what must stand in it. */
export function FilterEditor({ kind, onAdd }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [name, setName] = useState<string>();
  const [value, setValue] = useState("");
  const field = name === undefined ? undefined : fieldNamed(kind, name);
  return (
    <Space direction="vertical" style={{ width: 320 }}>
      <Select
        showSearch
        optionFilterProp="label"
        style={{ width: "100%" }}
        aria-label={t("list.filterField")}
        placeholder={t("list.filterField")}
        {...(name === undefined ? {} : { value: name })}
        options={kind.fields
          .filter((each) => each.type !== "note" && each.type !== "tags")
          .map((each) => ({ value: each.name, label: labelOf(each, language) }))}
        onChange={(chosen: string) => {
          setName(chosen);
          setValue("");
        }}
      />
      {field !== undefined && (
        <FieldInput
          field={field}
          value={value}
          onChange={setValue}
          label={labelOf(field, language)}
        />
      )}
      <Button
        type="primary"
        disabled={field === undefined || value === ""}
        onClick={() => {
          if (field !== undefined) {
            onAdd({ field: field.name, value });
          }
        }}
      >
        {t("list.addFilter")}
      </Button>
    </Space>
  );
}
