import { ListPage } from "../list/ListPage";
import type { ListPageSpec } from "../list/listPages";
import { WindowCalendar } from "./WindowCalendar";

/** When whom may edit: the month's calendar, and all windows. */
export function WindowsPage({ spec }: { readonly spec: ListPageSpec }) {
  return (
    <div className="page-long">
      <ListPage page="windows" spec={spec} />
      <div className="panel">
        <WindowCalendar />
      </div>
    </div>
  );
}
