import { Result } from "antd";
import { useTranslation } from "react-i18next";

/** Shown to a page that has no token, or whose program has ended. */
export function EntryPage() {
  const { t } = useTranslation();
  return <Result status="403" title={t("entry.title")} subTitle={t("entry.text")} />;
}
