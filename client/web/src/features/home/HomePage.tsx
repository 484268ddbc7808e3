import { useTranslation } from "react-i18next";

import { useCases, useConflicts } from "../../api/queries";
import type { Status } from "../../api/types";
import { addressOf } from "../../app/route";
import { WindowCalendar } from "../windows/WindowCalendar";
import { Todo } from "./Todo";

interface Props {
  readonly status: Status;
  readonly onSync: () => void;
}

/** What waits for the secretary, counted, each a step away; and when editing is open. */
export function HomePage({ status, onSync }: Props) {
  const { t } = useTranslation();
  const cases = useCases(false).data?.length ?? 0;
  const conflicts = useConflicts("waiting").data?.length ?? 0;
  const losses = useConflicts("losses").data?.length ?? 0;
  return (
    <div className="page-long">
      <div className="page-head">
        <h2>{t("home.title")}</h2>
      </div>
      <ul className="todos">
        <Todo count={status.waiting} title={t("home.waiting")} onOpen={onSync} />
        <Todo count={status.quarantined} title={t("home.quarantined")} onOpen={onSync} />
        <Todo count={status.rejected} title={t("home.rejected")} onOpen={onSync} />
        <Todo count={status.parked} title={t("home.parked")} onOpen={onSync} />
        <Todo count={cases} title={t("home.cases")} href={addressOf("conflicts", "cases")} />
        <Todo count={conflicts} title={t("home.conflicts")} href={addressOf("conflicts", "fields")} />
        <Todo count={losses} title={t("home.losses")} href={addressOf("conflicts", "losses")} />
      </ul>
      <div className="panel">
        <WindowCalendar />
      </div>
    </div>
  );
}
