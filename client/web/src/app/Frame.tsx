import { Layout } from "antd";
import { useEffect, useState } from "react";

import type { Status } from "../api/types";
import { ErrorBoundary } from "../components/ErrorBoundary";
import { ListStates } from "../features/list/useListState";
import { SecondFactorDialog } from "../features/sync/SecondFactorDialog";
import { SyncPanel } from "../features/sync/SyncPanel";
import { Page } from "./Page";
import { useRoute } from "./route";
import { SideMenu } from "./SideMenu";
import { TopBar } from "./TopBar";
import { useActivity } from "./useActivity";

export function Frame({ status }: { readonly status: Status }) {
  useActivity();
  const route = useRoute();
  const [syncOpen, setSyncOpen] = useState(false);
  // Who follows a link out of the panel wants to see where it leads.
  useEffect(() => {
    setSyncOpen(false);
  }, [route]);
  const openSync = () => {
    setSyncOpen(true);
  };
  return (
    <Layout hasSider className="frame">
      <SideMenu page={route.page} />
      <Layout>
        <TopBar status={status} onSync={openSync} />
        <Layout.Content className="frame-page">
          <ListStates>
            <ErrorBoundary key={[route.page, ...route.rest].join("/")}>
              <Page route={route} status={status} onSync={openSync} />
            </ErrorBoundary>
          </ListStates>
        </Layout.Content>
      </Layout>
      {!syncOpen && <SecondFactorDialog status={status} />}
      {syncOpen && (
        <SyncPanel
          status={status}
          onClose={() => {
            setSyncOpen(false);
          }}
        />
      )}
    </Layout>
  );
}
