import { Switch, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCases, useConflicts } from "../../api/queries";
import { go } from "../../app/route";
import { Cards } from "../../components/Cards";
import { CaseCard } from "./CaseCard";
import { ConflictCard } from "./ConflictCard";
import { LossCard } from "./LossCard";

function Cases({ all }: { readonly all: boolean }) {
  const { t } = useTranslation();
  return (
    <Cards query={useCases(all)} empty={t("cases.empty")}>
      {(each) => <CaseCard key={each.id} of={each} />}
    </Cards>
  );
}

function Conflicts({ all }: { readonly all: boolean }) {
  const { t } = useTranslation();
  return (
    <Cards query={useConflicts(all ? "all" : "waiting")} empty={t("conflicts.empty")}>
      {(each) => <ConflictCard key={each.id} of={each} />}
    </Cards>
  );
}

function Losses() {
  const { t } = useTranslation();
  return (
    <Cards query={useConflicts("losses")} empty={t("losses.empty")}>
      {(each) => <LossCard key={each.id} of={each} />}
    </Cards>
  );
}

/** What waits for somebody's decision, and what of one's own was not taken. */
export function CaseworkPage({ tab }: { readonly tab: string | undefined }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  return (
    <div className="page">
      <div className="page-head">
        <h2>{t("menu.conflicts")}</h2>
        <span className="tools">
          <Switch
            checked={all}
            onChange={setAll}
            aria-label={t("cases.showDecided")}
            id="show-decided"
          />
          <label htmlFor="show-decided">{t("cases.showDecided")}</label>
        </span>
      </div>
      <div className="panel">
        <Tabs
          activeKey={tab ?? "cases"}
          onChange={(key) => {
            go("conflicts", key);
          }}
          items={[
            { key: "cases", label: t("cases.title"), children: <Cases all={all} /> },
            { key: "fields", label: t("conflicts.title"), children: <Conflicts all={all} /> },
            { key: "losses", label: t("losses.title"), children: <Losses /> },
          ]}
        />
      </div>
    </div>
  );
}
