import { Alert } from "antd";
import { useTranslation } from "react-i18next";

import { useCases, useConflicts } from "../../api/queries";
import type { Status } from "../../api/types";
import { addressOf } from "../../app/route";
import { useMayDecide } from "../casework/useMayDecide";
import { WindowCalendar } from "../windows/WindowCalendar";
import { Reminders } from "./Reminders";
import { Todo } from "./Todo";

interface Props {
  readonly status: Status;
  readonly onSync: () => void;
}

interface Waiting {
  readonly title: string;
  readonly count: number;
  readonly href?: string;
}

/** What waits for a decision or to be sent; only what there is. */
function Undecided({ status, onSync }: Props) {
  const { t } = useTranslation();
  const cases = useCases(false).data?.length ?? 0;
  const conflicts = useConflicts("waiting").data?.length ?? 0;
  const mayDecide = useMayDecide();
  const losses = useConflicts("losses").data?.length ?? 0;
  const all: readonly Waiting[] = [
    { title: t("home.waiting"), count: status.waiting },
    { title: t("home.quarantined"), count: status.quarantined },
    { title: t("home.rejected"), count: status.rejected },
    { title: t("home.parked"), count: status.parked },
    // Of one's own cases the line above speaks.
    { title: t("home.cases"), count: mayDecide ? cases : 0, href: addressOf("conflicts", "cases") },
    { title: t(mayDecide ? "home.conflicts" : "home.conflictsAbove"), count: conflicts, href: addressOf("conflicts", "fields") },
    { title: t("home.losses"), count: losses, href: addressOf("conflicts", "losses") },
  ];
  const there = all.filter((each) => each.count > 0);
  return there.length === 0 ? (
    <Alert type="success" showIcon message={t("home.nothingWaits")} />
  ) : (
    <ul className="todos">
      {there.map((each) => (
        <Todo
          key={each.title}
          count={each.count}
          title={each.title}
          {...(each.href === undefined ? { onOpen: onSync } : { href: each.href })}
        />
      ))}
    </ul>
  );
}

/** The first page: what is to be done, each thing a click away, and when editing is open. */
export function HomePage({ status, onSync }: Props) {
  const { t } = useTranslation();
  return (
    <div className="page-long">
      <div className="page-head">
        <h2>{t("home.title")}</h2>
      </div>
      <Undecided status={status} onSync={onSync} />
      <Reminders />
      <div className="panel">
        <WindowCalendar />
      </div>
    </div>
  );
}
