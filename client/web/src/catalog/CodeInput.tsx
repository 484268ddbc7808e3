import { Select } from "antd";

import { useCatalog } from "../api/queries";
import { useLanguage } from "../i18n/useLanguage";
import { codesOf } from "./catalog";
import type { InputProps } from "./FieldInput";

/** A code list with search, by the code or by its name in either language. */
export function CodeInput({ field, value, onChange, id, label }: InputProps) {
  const language = useLanguage();
  const codes = codesOf(useCatalog().data, field);
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      allowClear
      showSearch
      value={value === undefined || value === "" ? undefined : value}
      options={codes.map((code) => ({
        value: code.code,
        label: `${code.code} ${code.label[language]}`,
        words: `${code.code} ${code.label.zh} ${code.label.en}`.toLowerCase(),
      }))}
      filterOption={(typed, option) => option?.words.includes(typed.toLowerCase()) === true}
      onChange={(text: string | undefined) => {
        onChange?.(text ?? "");
      }}
    />
  );
}
