import {
  ApartmentOutlined,
  BarChartOutlined,
  FileTextOutlined,
  HomeOutlined,
  SettingOutlined,
  TeamOutlined,
  WalletOutlined,
} from "@ant-design/icons";
import type { MenuProps } from "antd";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";

import type { Words } from "../i18n/zh";

type Entry = keyof Words["menu"];
export type Page = "home" | "persons";

interface Section {
  readonly entry: Entry;
  readonly icon: ReactNode;
  readonly entries: readonly Entry[];
}

const sections: readonly Section[] = [
  {
    entry: "members",
    icon: <TeamOutlined />,
    entries: ["applicants", "planReport", "persons", "transfers", "duplicates"],
  },
  { entry: "organisations", icon: <ApartmentOutlined />, entries: ["ownOrganisation", "tree"] },
  { entry: "affairs", icon: <WalletOutlined />, entries: ["dues", "elections", "appraisals"] },
  { entry: "overview", icon: <BarChartOutlined />, entries: ["statistics", "queries"] },
  {
    entry: "reports",
    icon: <FileTextOutlined />,
    entries: ["checks", "annualTables", "tableChecks", "submit"],
  },
  {
    entry: "system",
    icon: <SettingOutlined />,
    entries: ["profile", "users", "windows", "devices", "conflicts", "operations"],
  },
];

const pages: ReadonlySet<Entry> = new Set<Entry>(["home", "persons"]);

export const isPage = (key: string): key is Page => key === "home" || key === "persons";

/** The whole menu in the users' own words; what is not there yet is shown, and cannot be chosen. */
export function menuItems(t: TFunction): MenuProps["items"] {
  const item = (entry: Entry) => ({
    key: entry,
    label: t(`menu.${entry}`),
    disabled: !pages.has(entry),
    title: pages.has(entry) ? t(`menu.${entry}`) : `${t(`menu.${entry}`)}: ${t("notYet")}`,
  });
  return [
    { ...item("home"), icon: <HomeOutlined /> },
    ...sections.map((section) => ({
      key: `section-${section.entry}`,
      label: t(`menu.${section.entry}`),
      icon: section.icon,
      children: section.entries.map(item),
    })),
  ];
}
