import { Result } from "antd";
import { useTranslation } from "react-i18next";

export function LockedPage() {
  const { t } = useTranslation();
  return <Result status="403" title={t("entry.title")} subTitle={t("entry.text")} />;
}
