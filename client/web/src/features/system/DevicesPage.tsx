import { Tabs } from "antd";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import { go } from "../../app/route";
import { kindNamed, labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { ListPage } from "../list/ListPage";
import { ContactTable } from "./ContactTable";

/** The enrolled devices, when each was last in touch, and the codes that are out. */
export function DevicesPage({ tab }: { readonly tab: string | undefined }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const shown = tab === "contacts" || tab === "enrolment_code" ? tab : "device";
  const list = (kind: string) => {
    const declared = kindNamed(catalog, kind);
    return { key: kind, label: declared === undefined ? "" : labelOf(declared, language) };
  };
  return (
    <div className="page">
      <div className="page-head">
        <h2>{t("menu.devices")}</h2>
      </div>
      <Tabs
        className="page-tabs"
        activeKey={shown}
        onChange={(key) => {
          go("devices", key);
        }}
        items={[
          list("device"),
          { key: "contacts", label: t("contacts.title") },
          list("enrolment_code"),
        ]}
      />
      {shown === "contacts" ? (
        <div className="panel">
          <ContactTable />
        </div>
      ) : (
        <ListPage
          key={shown}
          page="devices"
          spec={{ kind: shown }}
          finding={shown === "device" ? tab : undefined}
          isTitled={false}
        />
      )}
    </div>
  );
}
