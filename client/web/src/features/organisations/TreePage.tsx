import { Tabs } from "antd";
import { useTranslation } from "react-i18next";

import { go } from "../../app/route";
import { ListPage } from "../list/ListPage";
import type { ListPageSpec } from "../list/listPages";
import { OrganisationTree } from "./OrganisationTree";

const TREE = "tree";

/** The organisations, as a list and as the tree that they are. */
export function TreePage({
  spec,
  tab,
}: {
  readonly spec: ListPageSpec;
  readonly tab: string | undefined;
}) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <div className="page-head">
        <h2>{t("menu.tree")}</h2>
      </div>
      <Tabs
        className="page-tabs"
        activeKey={tab === TREE ? TREE : "list"}
        onChange={(key) => {
          go("tree", ...(key === TREE ? [TREE] : []));
        }}
        items={[
          { key: "list", label: t("tree.list") },
          { key: TREE, label: t("tree.tree") },
        ]}
      />
      {tab === TREE ? (
        <div className="panel">
          <OrganisationTree />
        </div>
      ) : (
        <ListPage page="tree" spec={spec} finding={tab} isTitled={false} />
      )}
    </div>
  );
}
