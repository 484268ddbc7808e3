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
import { addressOf } from "./route";

export type Entry = keyof Words["menu"];

interface Section {
  readonly entry: Entry;
  readonly icon: ReactNode;
  readonly entries: readonly Entry[];
}

const sections: readonly Section[] = [
  {
    entry: "members",
    icon: <TeamOutlined aria-hidden />,
    entries: ["applicants", "planReport", "persons", "transfers", "duplicates"],
  },
  { entry: "organisations", icon: <ApartmentOutlined aria-hidden />, entries: ["ownOrganisation", "tree"] },
  { entry: "affairs", icon: <WalletOutlined aria-hidden />, entries: ["dues", "elections", "appraisals"] },
  {
    entry: "overview",
    icon: <BarChartOutlined aria-hidden />,
    entries: ["overviewFigures", "statistics", "queries"],
  },
  {
    entry: "reports",
    icon: <FileTextOutlined aria-hidden />,
    entries: ["checks", "annualTables", "tableChecks", "submit"],
  },
  {
    entry: "system",
    icon: <SettingOutlined aria-hidden />,
    entries: ["profile", "users", "windows", "devices", "conflicts", "operations"],
  },
];

const entries: ReadonlySet<string> = new Set<Entry>([
  "home",
  ...sections.flatMap((section) => section.entries),
]);

export const isEntry = (page: string): page is Entry => entries.has(page);

/** The key of the section that holds the page, so that the menu is open there. */
export function sectionOf(page: string): string | undefined {
  const found = sections.find((section) => section.entries.some((entry) => entry === page));
  return found === undefined ? undefined : `section-${found.entry}`;
}

/** The whole menu in the users' own words. Entries are links: they open in a tab's history. */
export function menuItems(t: TFunction): NonNullable<MenuProps["items"]> {
  const item = (entry: Entry) => ({
    key: entry,
    label: <a href={addressOf(entry)}>{t(`menu.${entry}`)}</a>,
  });
  return [
    { ...item("home"), icon: <HomeOutlined aria-hidden /> },
    ...sections.map((section) => ({
      key: `section-${section.entry}`,
      label: t(`menu.${section.entry}`),
      icon: section.icon,
      children: section.entries.map(item),
    })),
  ];
}
