import { ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Language } from "../i18n";
import { EntryPage } from "./EntryPage";
import { Gate } from "./Gate";

function pageNonce(): string {
  const meta = document.querySelector('meta[name="csp-nonce"]');
  return meta?.getAttribute("content") ?? "";
}

export function App({ entered }: { readonly entered: boolean }) {
  const { i18n, t } = useTranslation();
  const [language, setLanguage] = useState<Language>("zh");
  useEffect(() => {
    void i18n.changeLanguage(language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = t("title");
  }, [i18n, language, t]);
  return (
    <ConfigProvider
      csp={{ nonce: pageNonce() }}
      button={{ autoInsertSpace: false }}
      locale={language === "zh" ? zhCN : enUS}
      theme={{ token: { colorPrimary: "#a8071a", colorLink: "#a8071a" } }}
    >
      {entered ? <Gate language={language} onLanguage={setLanguage} /> : <EntryPage />}
    </ConfigProvider>
  );
}
