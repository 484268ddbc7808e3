import { Result } from "antd";
import { useTranslation } from "react-i18next";

import { LanguageButton } from "./LanguageButton";

/** The program has ended, or does not answer; the page goes on as soon as it does. */
export function GonePage() {
  const { t } = useTranslation();
  return (
    <main>
      <Result
        status="warning"
        title={t("gone.title")}
        subTitle={t("gone.text")}
        extra={<LanguageButton />}
      />
    </main>
  );
}
