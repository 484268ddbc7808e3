import { useTranslation } from "react-i18next";

import type { Status } from "../api/types";
import { CaseworkPage } from "../features/casework/CaseworkPage";
import { HomePage } from "../features/home/HomePage";
import { ImportPage } from "../features/imports/ImportPage";
import { ListTabs } from "../features/list/ListTabs";
import { listPages } from "../features/list/listPages";
import { TreePage } from "../features/organisations/TreePage";
import { SurveyPage } from "../features/overview/SurveyPage";
import { beginnings } from "../features/record/beginnings";
import { RecordPage } from "../features/record/RecordPage";
import { DevicesPage } from "../features/system/DevicesPage";
import { OperationsPage } from "../features/system/OperationsPage";
import { WindowsPage } from "../features/windows/WindowsPage";
import { isEntry } from "./menu";
import type { Route } from "./route";
import { UnavailablePage } from "./UnavailablePage";

interface Props {
  readonly route: Route;
  readonly status: Status;
  readonly onSync: () => void;
}

const NEW = "new";
const IMPORT = "import";

/** Pages about one record: one's own account, one's own organisation. */
const recordPages = (
  status: Status,
): Readonly<Record<string, { readonly kind: string; readonly id: string }>> => ({
  ...(status.account_id === undefined
    ? {}
    : { profile: { kind: "account", id: status.account_id } }),
  ...(status.scope_id === undefined
    ? {}
    : { ownOrganisation: { kind: "organisation", id: status.scope_id } }),
});

/** What the address names: a page of the menu, or a record opened from one. */
export function Page({ route, status, onSync }: Props) {
  const { t } = useTranslation();
  const { page, rest } = route;
  const [kind, id, tab] = rest;
  if (kind === IMPORT && id !== undefined) {
    return <ImportPage key={id} page={page} kindName={id} />;
  }
  if (kind !== undefined && id !== undefined) {
    return (
      <RecordPage
        page={page}
        kindName={kind}
        id={id === NEW ? undefined : id}
        tab={tab}
        begins={id === NEW ? beginnings[kind]?.(status.now) : undefined}
        isAlone={recordPages(status)[page]?.id === id}
      />
    );
  }
  if (page === "home" || !isEntry(page)) {
    return <HomePage status={status} onSync={onSync} />;
  }
  if (page === "conflicts") {
    return <CaseworkPage tab={kind} />;
  }
  if (page === "devices") {
    return <DevicesPage tab={kind} />;
  }
  if (page === "operations") {
    return <OperationsPage tab={kind} />;
  }
  const alone = recordPages(status)[page];
  if (alone !== undefined) {
    return <RecordPage page={page} kindName={alone.kind} id={alone.id} tab={undefined} isAlone />;
  }
  if (page === "overviewFigures" || page === "checks") {
    return <SurveyPage page={page} />;
  }
  const spec = listPages[page];
  if (page === "tree" && spec !== undefined) {
    return <TreePage spec={spec} tab={kind} />;
  }
  if (page === "windows" && spec !== undefined) {
    return <WindowsPage spec={spec} />;
  }
  return spec === undefined ? (
    <UnavailablePage title={t(`menu.${page}`)} />
  ) : (
    <ListTabs key={page} page={page} spec={spec} rest={kind} />
  );
}
