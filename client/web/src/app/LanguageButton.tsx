import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Language } from "../i18n";

export interface LanguageProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

/** Names the other language in that language. */
export function LanguageButton({ language, onLanguage }: LanguageProps) {
  const { t } = useTranslation();
  return (
    <Button
      onClick={() => {
        onLanguage(language === "zh" ? "en" : "zh");
      }}
      lang={language === "zh" ? "en" : "zh-CN"}
    >
      {t("language")}
    </Button>
  );
}
