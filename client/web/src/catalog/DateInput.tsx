import { DatePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import customParseFormat from "dayjs/plugin/customParseFormat";

import type { InputProps } from "./FieldInput";

dayjs.extend(customParseFormat);

/** As people write dates; the first form of each is the one in which they are kept and shown. */
const DAYS = ["YYYY-MM-DD", "YYYYMMDD", "YYYY.M.D", "YYYY/M/D", "YYYY年M月D日", "YYYY-M-D"];
const MONTHS = ["YYYY-MM", "YYYYMM", "YYYY.M", "YYYY/M", "YYYY年M月", "YYYY-M"];
const [DAY = ""] = DAYS;
const [MONTH = ""] = MONTHS;

function read(text: string, forms: readonly string[]): Dayjs | null {
  const read = forms.map((form) => dayjs(text, form, true)).find((date) => date.isValid());
  return read ?? null;
}

/**
 * A day, or a month for fields that take one. What was typed and is no date is kept as it stands,
 * and refused in words when it is saved.
 */
export function DateInput({ field, value, onChange, id, label }: InputProps) {
  const text = value ?? "";
  // A field for months may hold a full day, which is then edited as one.
  const wantsMonth = field.type === "month" && text.length !== DAY.length;
  const forms = wantsMonth ? MONTHS : DAYS;
  const [shown = ""] = forms;
  const date = read(text, forms);
  return (
    <DatePicker
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      style={{ width: "100%" }}
      picker={wantsMonth ? "month" : "date"}
      format={[...forms]}
      placeholder={text === "" || date !== null ? shown : text}
      preserveInvalidOnBlur
      value={date}
      {...(field.happened === true ? { maxDate: dayjs() } : {})}
      onChange={(chosen: Dayjs | null) => {
        onChange?.(chosen === null ? "" : chosen.format(shown));
      }}
      onBlur={(event) => {
        const typed = "value" in event.target ? String(event.target.value).trim() : "";
        const typedDay = read(typed, DAYS);
        const typedMonth = field.type === "month" ? read(typed, MONTHS) : null;
        const kept = typedDay?.format(DAY) ?? typedMonth?.format(MONTH) ?? typed;
        if (kept !== text && typed !== "") {
          onChange?.(kept);
        }
      }}
    />
  );
}
