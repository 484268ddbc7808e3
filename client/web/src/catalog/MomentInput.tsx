import { DatePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { SHANGHAI_MINUTES } from "../i18n/moments";
import type { InputProps } from "./FieldInput";

const FORM = "YYYY-MM-DD HH:mm";

/** A moment by the clock of Asia/Shanghai, whatever the machine is set to. */
export function MomentInput({ value, onChange, id, label }: InputProps) {
  const text = value ?? "";
  // Held moments are UTC; what this input gives is Shanghai's clock, as the program reads it.
  const moment = text.endsWith("Z") ? dayjs(text).utcOffset(SHANGHAI_MINUTES).format(FORM) : text;
  const date = dayjs(moment, FORM, true);
  return (
    <DatePicker
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      style={{ width: "100%" }}
      showTime={{ format: "HH:mm" }}
      format={FORM}
      preserveInvalidOnBlur
      value={date.isValid() ? date : null}
      onChange={(chosen: Dayjs | null) => {
        onChange?.(chosen === null ? "" : chosen.format(FORM));
      }}
    />
  );
}
