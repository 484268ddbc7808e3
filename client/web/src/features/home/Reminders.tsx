import { Alert, Progress, Spin } from "antd";
import { useTranslation } from "react-i18next";

import { useReminders } from "../../api/queries";
import type { Reminder, Reminders as Survey } from "../../api/types";
import { addressOf } from "../../app/route";
import { pageOf } from "../list/listPages";
import { RequiredRate } from "./RequiredRate";
import { Todo } from "./Todo";

/** What is late first, then what is due soonest, then what has no day. */
function byUrgency(left: Reminder, right: Reminder): number {
  const late = Number(right.overdue === true) - Number(left.overdue === true);
  return late !== 0 ? late : (left.deadline ?? "9999").localeCompare(right.deadline ?? "9999");
}

function Items({ items }: { readonly items: readonly Reminder[] }) {
  const { t } = useTranslation();
  return (
    <ul className="todos todos-wide">
      {[...items].sort(byUrgency).map((item) => (
        <Todo
          key={item.rule}
          count={item.count}
          title={item.text}
          {...(item.deadline === undefined
            ? {}
            : {
                deadline: t(item.overdue === true ? "home.overdue" : "home.until", {
                  day: item.deadline,
                }),
              })}
          isLate={item.overdue === true}
          href={addressOf(pageOf(item.query.kind), item.query.finding)}
        />
      ))}
    </ul>
  );
}

function Counting({ survey }: { readonly survey: Survey }) {
  const { t } = useTranslation();
  return survey.complete ? null : (
    <Progress
      percent={survey.total === 0 ? 0 : Math.round((survey.done / survey.total) * 100)}
      aria-label={t("home.counting")}
    />
  );
}

/** The rules' reminders and checks, counted over this replica, each with its list behind it. */
export function Reminders() {
  const { t } = useTranslation();
  const reminders = useReminders();
  if (reminders.isError) {
    return <Alert type="error" showIcon message={reminders.error.message} />;
  }
  if (reminders.data === undefined) {
    return <Spin />;
  }
  const { items } = reminders.data;
  const due = items.filter((item) => item.sort === "reminder");
  const checks = items.filter((item) => item.sort !== "reminder");
  return (
    <>
      <Counting survey={reminders.data} />
      <RequiredRate required={reminders.data.required} />
      {due.length > 0 && <Items items={due} />}
      {checks.length > 0 && (
        <section aria-label={t("home.checks")} className="page-long">
          <h3>{t("home.checks")}</h3>
          <Items items={checks} />
        </section>
      )}
    </>
  );
}
