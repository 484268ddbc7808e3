import { Result } from "antd";
import { useTranslation } from "react-i18next";

import { LanguageButton } from "./LanguageButton";

/** Shown to a page that has no token. */
export function EntryPage() {
  const { t } = useTranslation();
  return (
    <main>
      <Result
        status="info"
        title={t("entry.title")}
        subTitle={t("entry.text")}
        extra={<LanguageButton />}
      />
    </main>
  );
}
