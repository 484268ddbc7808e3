import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { zh: { translation: zh }, en: { translation: en } },
    lng: "zh",
    fallbackLng: "zh",
    interpolation: { escapeValue: false },
  });
}
