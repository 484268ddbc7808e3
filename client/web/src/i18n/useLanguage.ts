import { useTranslation } from "react-i18next";

import type { Language } from ".";

/** The language that the page speaks now; a component that asks is drawn anew when it changes. */
export function useLanguage(): Language {
  return useTranslation().i18n.language === "en" ? "en" : "zh";
}
