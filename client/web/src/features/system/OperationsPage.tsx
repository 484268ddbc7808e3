import { Alert, Tabs } from "antd";
import { useTranslation } from "react-i18next";

import { go } from "../../app/route";
import { ListPage } from "../list/ListPage";
import { GroupTable } from "../sync/GroupTable";

/** Who did what: this machine's own groups with their verdicts, what devices reported, what was exported. */
export function OperationsPage({ tab }: { readonly tab: string | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <div className="page-head">
        <h2>{t("menu.operations")}</h2>
      </div>
      <Tabs
        className="page-tabs"
        activeKey={tab ?? "own"}
        onChange={(key) => {
          go("operations", key);
        }}
        items={[
          { key: "own", label: t("operations.own") },
          { key: "incident", label: t("operations.incidents") },
          { key: "export", label: t("operations.exports") },
        ]}
      />
      {tab === "incident" || tab === "export" ? (
        <ListPage key={tab} page="operations" spec={{ kind: tab }} isTitled={false} />
      ) : (
        <div className="panel">
          <Alert type="info" message={t("operations.where")} style={{ marginBottom: 12 }} />
          <GroupTable pageSize={50} />
        </div>
      )}
    </div>
  );
}
