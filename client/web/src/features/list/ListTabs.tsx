import { Tabs } from "antd";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import { kindNamed, labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { ListPage } from "./ListPage";
import { listOf, type ListPageSpec } from "./listPages";

interface Props {
  readonly page: Entry;
  readonly spec: ListPageSpec;
  /** A kind of the page's, or a rule whose findings are listed. */
  readonly rest: string | undefined;
}

/** The lists of a page that has several, each in a tab; a page with one list is that list. */
export function ListTabs({ page, spec, rest }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const chosen = listOf(spec, rest);
  const finding = chosen === spec ? rest : undefined;
  if (spec.beside === undefined) {
    return <ListPage page={page} spec={spec} finding={finding} />;
  }
  return (
    <div className="page">
      <div className="page-head">
        <h2>{t(`menu.${page}`)}</h2>
      </div>
      <Tabs
        className="page-tabs"
        activeKey={chosen.kind}
        onChange={(kind) => {
          go(page, ...(kind === spec.kind ? [] : [kind]));
        }}
        items={[spec, ...spec.beside].map(({ kind }) => {
          const declared = kindNamed(catalog, kind);
          return { key: kind, label: declared === undefined ? "" : labelOf(declared, language) };
        })}
      />
      <ListPage key={chosen.kind} page={page} spec={chosen} finding={finding} isTitled={false} />
    </div>
  );
}
