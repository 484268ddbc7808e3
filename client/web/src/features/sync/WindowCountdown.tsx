import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Editing, Status } from "../../api/types";
import { Mark } from "../../components/Mark";
import { minuteText } from "../../i18n/moments";

function left(milliseconds: number, t: TFunction): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value: number) => String(value).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const clock = `${pad(Math.floor(seconds / 3600) % 24)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return days > 0 ? t("window.days", { days, clock }) : clock;
}

/** The program's clock, ticking between its answers. */
function useNow(status: Status | undefined): number {
  const [now, setNow] = useState(Date.now());
  const ahead = status === undefined ? 0 : status.now - Date.now();
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now() + ahead);
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [ahead]);
  return now;
}

export function WindowCountdown({ status }: { readonly status: Status | undefined }) {
  const { t } = useTranslation();
  const now = useNow(status);
  const editing: Editing | undefined = status?.editing;
  if (editing === undefined) {
    return <Mark tone="plain">{t("window.none")}</Mark>;
  }
  if (!editing.may_write) {
    return <Mark tone="plain">{t("window.readOnly")}</Mark>;
  }
  if (editing.open_until !== undefined && editing.open_until > now) {
    return <Mark tone="good">{t("window.open", { left: left(editing.open_until - now, t) })}</Mark>;
  }
  if (editing.always_open) {
    return editing.lease_ends_at > now ? (
      <Mark tone="good">{t("window.longTerm")}</Mark>
    ) : (
      <Mark tone="bad">{t("window.leaseOver")}</Mark>
    );
  }
  return (
    <Mark tone="bad">
      {editing.opens_next === undefined
        ? t("window.closedUnknown")
        : t("window.closed", { at: minuteText(editing.opens_next) })}
    </Mark>
  );
}
