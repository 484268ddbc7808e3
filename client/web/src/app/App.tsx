import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { popupPlace } from "../components/Dialog";
import { ErrorBoundary } from "../components/ErrorBoundary";
import { useLanguage } from "../i18n/useLanguage";
import { EntryPage } from "./EntryPage";
import { Gate } from "./Gate";
import { theme } from "./theme";
import { useEntered } from "./useEntered";

function pageNonce(): string {
  const meta = document.querySelector('meta[name="csp-nonce"]');
  return meta?.getAttribute("content") ?? "";
}

/** Messages are part of the page's main part, for who goes from landmark to landmark. */
const mainPlace = (): HTMLElement => document.querySelector("main") ?? document.body;

export function App() {
  const { t } = useTranslation();
  const language = useLanguage();
  const entered = useEntered();
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = t("title");
    dayjs.locale(language === "zh" ? "zh-cn" : "en");
  }, [language, t]);
  return (
    <ConfigProvider
      csp={{ nonce: pageNonce() }}
      button={{ autoInsertSpace: false }}
      locale={language === "zh" ? zhCN : enUS}
      theme={theme}
      getPopupContainer={popupPlace}
    >
      <AntApp className="frame" message={{ getContainer: mainPlace }}>
        <ErrorBoundary>
          {entered === true ? <Gate /> : entered === false ? <EntryPage /> : null}
        </ErrorBoundary>
      </AntApp>
    </ConfigProvider>
  );
}
