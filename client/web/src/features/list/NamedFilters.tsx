import { Select } from "antd";
import { useTranslation } from "react-i18next";

import { useNamedFilters } from "../../api/queries";
import { labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import type { ListPageSpec } from "./listPages";

interface Props {
  readonly spec: ListPageSpec;
  readonly chosen: string | undefined;
  readonly onChoose: (name: string | undefined) => void;
}

const NONE = "";

/** The filters that the users know by name, one of the page's group at a time. */
export function NamedFilters({ spec, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const filters = useNamedFilters(spec.kind).data ?? [];
  const group = filters.find((filter) => filter.name === spec.filter)?.group;
  const offered = filters.filter((filter) => filter.group.zh === group?.zh);
  return group === undefined ? null : (
    <Select<string>
      style={{ width: 230 }}
      aria-label={group[language]}
      value={chosen ?? NONE}
      labelRender={({ label }) => `${group[language]}: ${String(label)}`}
      options={[
        ...(spec.isFiltered === true ? [] : [{ value: NONE, label: t("list.everything") }]),
        ...offered.map((filter) => ({ value: filter.name, label: labelOf(filter, language) })),
      ]}
      onChange={(name) => {
        onChoose(name === NONE ? undefined : name);
      }}
    />
  );
}
