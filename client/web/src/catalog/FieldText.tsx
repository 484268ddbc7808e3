import { useTranslation } from "react-i18next";

import { useCatalog, useRecord } from "../api/queries";
import type { Field } from "../api/types";
import { useLanguage } from "../i18n/useLanguage";
import { codesOf, labelOf, nameOf, useKind } from "./catalog";

interface Props {
  readonly field: Field;
  /** As the client program reads it. */
  readonly value: string;
}

function ReferenceText({ field, value }: Props) {
  const target = field.kind ?? "";
  const record = useRecord(target, value).data;
  const kind = useKind(target);
  return <>{record === undefined ? "…" : nameOf(record, kind)}</>;
}

/** A value in words that no record holds: of a filter, or of a form not saved yet. */
export function FieldText({ field, value }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  if (field.type === "reference" && value !== "") {
    return <ReferenceText field={field} value={value} />;
  }
  if (field.type === "boolean") {
    return <>{value === "true" ? t("form.yes") : value === "false" ? t("form.no") : ""}</>;
  }
  const code = codesOf(catalog, field).find((each) => each.code === value);
  return <>{code === undefined ? value : labelOf(code, language)}</>;
}
