import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { Field } from "../api/types";
import { CodeInput } from "./CodeInput";
import { DateInput } from "./DateInput";
import { MomentInput } from "./MomentInput";
import { ReferenceInput } from "./ReferenceInput";

/** What every input takes; a value is text as the client program reads it, empty for none. */
export interface InputProps {
  readonly field: Field;
  readonly value?: string | undefined;
  readonly onChange?: (value: string) => void;
  readonly id?: string;
  /** Where no label stands beside it. */
  readonly label?: string;
}

function TextLine({ field, value, onChange, id, label }: InputProps) {
  const { t } = useTranslation();
  return (
    <Input
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      value={value ?? ""}
      autoComplete="off"
      inputMode={field.type === "integer" || field.type === "money" ? "decimal" : "text"}
      suffix={field.type === "money" ? t("form.yuan") : undefined}
      onChange={(event) => {
        onChange?.(event.target.value);
      }}
    />
  );
}

function NoteInput({ value, onChange, id, label }: InputProps) {
  return (
    <Input.TextArea
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      rows={3}
      value={value ?? ""}
      onChange={(event) => {
        onChange?.(event.target.value);
      }}
    />
  );
}

function TruthInput({ value, onChange, id, label }: InputProps) {
  const { t } = useTranslation();
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      allowClear
      value={value === undefined || value === "" ? undefined : value}
      options={[
        { value: "true", label: t("form.yes") },
        { value: "false", label: t("form.no") },
      ]}
      onChange={(text: string | undefined) => {
        onChange?.(text ?? "");
      }}
    />
  );
}

/** As the client program joins and splits a set of texts. */
const SEPARATOR = "、";

function TagsInput({ value, onChange, id, label }: InputProps) {
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      mode="tags"
      open={false}
      suffixIcon={null}
      tokenSeparators={[SEPARATOR, "，", ",", ";", "；"]}
      value={value === undefined || value === "" ? [] : value.split(SEPARATOR)}
      onChange={(texts: readonly string[]) => {
        onChange?.(texts.join(SEPARATOR));
      }}
    />
  );
}

const INPUTS: Readonly<Record<string, (props: InputProps) => React.ReactNode>> = {
  code: CodeInput,
  boolean: TruthInput,
  note: NoteInput,
  tags: TagsInput,
  reference: ReferenceInput,
  day: DateInput,
  month: DateInput,
  instant: MomentInput,
};

/** The input for a field's type. */
export function FieldInput(props: InputProps) {
  const Typed = INPUTS[props.field.type] ?? TextLine;
  return <Typed {...props} />;
}
