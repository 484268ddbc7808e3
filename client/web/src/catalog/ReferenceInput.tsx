import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useRecord, useRecords } from "../api/queries";
import type { RecordView } from "../api/types";
import { useSettled } from "../components/useSettled";
import { nameOf, useKind } from "./catalog";
import type { InputProps } from "./FieldInput";

const OFFERED_MAX = 30;
const TYPING_MS = 150;

/** What tells two people of one name apart. */
function describe(record: RecordView): string {
  const birth = record.fields["birth_date"]?.shown;
  const place = record.fields["organisation"]?.shown;
  return [birth, place].filter((part) => part !== undefined).join(" · ");
}

/** Another record, found by typing its name. */
export function ReferenceInput({ field, value, onChange, id, label }: InputProps) {
  const { t } = useTranslation();
  const target = field.kind ?? "";
  const kind = useKind(target);
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const search = useSettled(typed, TYPING_MS);
  const offered = useRecords(
    target,
    {
      search,
      order: undefined,
      conditions: [],
      above: target === "organisation",
      offset: 0,
      limit: OFFERED_MAX,
    },
    open,
  );
  const chosen = useRecord(target, value === undefined || value === "" ? undefined : value);
  const records = [...(offered.data?.records ?? [])];
  if (chosen.data !== undefined && !records.some((each) => each.id === chosen.data.id)) {
    records.unshift(chosen.data);
  }
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      allowClear
      showSearch
      filterOption={false}
      value={value === undefined || value === "" ? undefined : value}
      loading={offered.isFetching}
      notFoundContent={offered.isFetching ? t("list.loading") : t("list.noMatch")}
      options={records.map((record) => ({
        value: record.id,
        label: nameOf(record, kind),
        more: describe(record),
      }))}
      optionRender={(option) => (
        <>
          {option.label} <small>{option.data.more}</small>
        </>
      )}
      onSearch={setTyped}
      onDropdownVisibleChange={setOpen}
      onChange={(text: string | undefined) => {
        onChange?.(text ?? "");
      }}
    />
  );
}
