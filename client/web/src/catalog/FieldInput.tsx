import { Input, Select } from "antd";

import type { Catalog, Field } from "../api/types";
import type { Language } from "../i18n";
import { codeOptions } from "./columns";

interface Props {
  readonly field: Field;
  readonly catalog: Catalog | undefined;
  readonly language: Language;
  readonly value?: string | undefined;
  readonly onChange?: (value: string) => void;
  readonly id?: string;
}

/** The input for a field's type; every value is text as the API reads it. */
export function FieldInput({ field, catalog, language, value, onChange, id }: Props) {
  const change = (text: string) => onChange?.(text);
  if (field.type === "code" || field.type === "boolean") {
    const options =
      field.type === "code"
        ? codeOptions(catalog, field, language)
        : [
            { value: "true", label: language === "zh" ? "是" : "yes" },
            { value: "false", label: language === "zh" ? "否" : "no" },
          ];
    return (
      <Select
        {...(id === undefined ? {} : { id })}
        allowClear
        showSearch
        optionFilterProp="label"
        value={value === "" ? undefined : value}
        options={options}
        onChange={(text: string | undefined) => {
          change(text ?? "");
        }}
      />
    );
  }
  if (field.type === "note") {
    return (
      <Input.TextArea
        id={id}
        rows={3}
        value={value}
        onChange={(event) => {
          change(event.target.value);
        }}
      />
    );
  }
  return (
    <Input
      id={id}
      value={value}
      placeholder={field.type === "day" ? "2026-11-24" : field.type === "month" ? "2026-11" : ""}
      onChange={(event) => {
        change(event.target.value);
      }}
    />
  );
}
