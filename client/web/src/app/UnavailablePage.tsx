import { Result } from "antd";
import { useTranslation } from "react-i18next";

/** A page that the menu names and this version lacks says so. */
export function UnavailablePage({ title }: { readonly title: string }) {
  const { t } = useTranslation();
  return <Result title={title} subTitle={t("notYet")} />;
}
