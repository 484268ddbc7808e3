import { Layout, Menu, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { menuItems, sectionOf } from "./menu";

/** As long as a section takes to open. */
const OPENING_MS = 300;

/** The menu; the section of the page that is open is open too. */
export function SideMenu({ page }: { readonly page: string }) {
  const { t } = useTranslation();
  const section = sectionOf(page);
  const place = useRef<HTMLElement>(null);
  const [open, setOpen] = useState<readonly string[]>(section === undefined ? [] : [section]);
  useEffect(() => {
    if (section !== undefined) {
      setOpen((before) => (before.includes(section) ? before : [...before, section]));
    }
  }, [section]);
  useEffect(() => {
    const timer = setTimeout(() => {
      place.current?.querySelector(".ant-menu-item-selected")?.scrollIntoView({ block: "nearest" });
    }, OPENING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [page]);
  return (
    <Layout.Sider theme="light" width={216} className="frame-side">
      <Typography.Title level={1} style={{ textAlign: "center", margin: "14px 0", fontSize: 20 }}>
        {t("title")}
      </Typography.Title>
      <nav ref={place} aria-label={t("menu.menu")}>
        <Menu
          mode="inline"
          style={{ borderInlineEnd: "none" }}
          selectedKeys={[page]}
          openKeys={[...open]}
          onOpenChange={setOpen}
          items={menuItems(t)}
        />
      </nav>
    </Layout.Sider>
  );
}
