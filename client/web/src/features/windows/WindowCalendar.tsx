import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useOpenStatus, useRecords } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { addressOf } from "../../app/route";
import { SHANGHAI_MINUTES } from "../../i18n/moments";
import { momentOf } from "./useWindowEnd";

const WINDOWS_MAX = 500;
const WEEK = 7;
const CELLS = 42;

const shanghai = (moment: number) => dayjs(moment).utcOffset(SHANGHAI_MINUTES);

/** The days of a month, from its first week's Monday on. */
function daysOf(month: dayjs.Dayjs): readonly dayjs.Dayjs[] {
  const first = month.startOf("month");
  const monday = first.subtract((first.day() + 6) % WEEK, "day");
  return Array.from({ length: CELLS }, (_, i) => monday.add(i, "day"));
}

interface Period {
  readonly starts_at: number;
  readonly ends_at: number;
}

const periodOf = (record: RecordView): Period => ({
  starts_at: momentOf(record, "starts_at"),
  ends_at: momentOf(record, "ends_at"),
});

const meets = (period: Period, day: dayjs.Dayjs): boolean =>
  period.starts_at < day.endOf("day").valueOf() && period.ends_at > day.startOf("day").valueOf();

/** A month, with the edit windows of each day. */
export function WindowCalendar() {
  const { t } = useTranslation();
  const status = useOpenStatus();
  const now = status?.now ?? 0;
  const [months, setMonths] = useState(0);
  const windows = useRecords("window", {
    search: "",
    order: "starts_at",
    conditions: [],
    offset: 0,
    limit: WINDOWS_MAX,
  });
  const listed = windows.data?.records ?? [];
  // A window that was opened from above is known by its times alone.
  const own = (status?.editing?.periods ?? []).filter(
    (period) => !listed.some((each) => periodOf(each).ends_at === period.ends_at),
  );
  const month = shanghai(now).startOf("month").add(months, "month");
  const days = daysOf(month);
  const weeks = Array.from({ length: CELLS / WEEK }, (_, i) => days.slice(i * WEEK, (i + 1) * WEEK));
  const today = shanghai(now).format("YYYY-MM-DD");
  return (
    <section aria-label={t("windows.calendar")}>
      <div className="page-head">
        <h3>{t("windows.calendar")}</h3>
        <div className="tools">
          <Button
            icon={<LeftOutlined aria-hidden />}
            aria-label={t("windows.earlier")}
            onClick={() => {
              setMonths(months - 1);
            }}
          />
          <strong aria-live="polite">{month.format("YYYY-MM")}</strong>
          <Button
            icon={<RightOutlined aria-hidden />}
            aria-label={t("windows.later")}
            onClick={() => {
              setMonths(months + 1);
            }}
          />
        </div>
      </div>
      <table className="calendar">
        <thead>
          <tr>
            {days.slice(0, WEEK).map((day) => (
              <th key={day.day()} scope="col">
                {t(`weekday.${String(day.day())}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]?.valueOf()}>
              {week.map((day) => {
                const open = listed.filter((each) => meets(periodOf(each), day));
                const isToday = day.format("YYYY-MM-DD") === today;
                return (
                  <td key={day.valueOf()} className={day.month() === month.month() ? "" : "beside"}>
                    <span className={isToday ? "calendar-today" : ""}>{day.date()}</span>
                    {open.slice(0, 2).map((each) => (
                      <a key={each.id} href={addressOf("windows", "window", each.id)}>
                        {each.fields["account"]?.shown ?? each.fields["organisation"]?.shown}
                      </a>
                    ))}
                    {own.some((each) => meets(each, day)) && (
                      <span className="calendar-own">{t("windows.own")}</span>
                    )}
                    {open.length > 2 && <small>{t("windows.more", { count: open.length - 2 })}</small>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
