import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { useLanguage } from "../i18n/useLanguage";

/** Names the other language in that language. */
export function LanguageButton() {
  const { t, i18n } = useTranslation();
  const other = useLanguage() === "zh" ? "en" : "zh";
  return (
    <Button
      onClick={() => {
        void i18n.changeLanguage(other);
      }}
      lang={other === "zh" ? "zh-CN" : "en"}
    >
      {t("language")}
    </Button>
  );
}
