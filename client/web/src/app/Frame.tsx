import { LockOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Layout, Menu, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../api/client";
import type { Status } from "../api/types";
import { HomePage } from "../features/home/HomePage";
import { PersonsPage } from "../features/persons/PersonsPage";
import { SyncDrawer } from "../features/sync/SyncDrawer";
import { SyncTag } from "../features/sync/SyncTag";
import { WindowCountdown } from "../features/sync/WindowCountdown";
import { LanguageButton, type LanguageProps } from "./LanguageButton";
import { isPage, menuItems, type Page } from "./menu";
import { useActivity } from "./useActivity";

interface Props extends LanguageProps {
  readonly status: Status;
}

export function Frame({ language, onLanguage, status }: Props) {
  const client = useQueryClient();
  useActivity();
  const { t } = useTranslation();
  const [page, setPage] = useState<Page>("home");
  const [syncOpen, setSyncOpen] = useState(false);
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <Layout.Sider theme="light" width={220} breakpoint="lg" collapsedWidth={64}>
        <Typography.Title level={4} style={{ textAlign: "center", margin: "16px 0" }}>
          {t("title")}
        </Typography.Title>
        <Menu
          mode="inline"
          style={{ borderInlineEnd: "none" }}
          selectedKeys={[page]}
          defaultOpenKeys={["section-members"]}
          items={menuItems(t) ?? []}
          onClick={({ key }) => {
            if (isPage(key)) {
              setPage(key);
            }
          }}
        />
      </Layout.Sider>
      <Layout>
        <Layout.Header
          style={{ background: "#fff", padding: "8px 24px", height: "auto", lineHeight: "normal" }}
        >
          <Space wrap size="middle" style={{ justifyContent: "space-between", width: "100%" }}>
            <Typography.Text strong>
              {status.scope ?? ""} · {status.account}
            </Typography.Text>
            <Space wrap size="middle">
              <WindowCountdown status={status} />
              <SyncTag
                status={status}
                onOpen={() => {
                  setSyncOpen(true);
                }}
              />
              <LanguageButton language={language} onLanguage={onLanguage} />
              <Button
                icon={<LockOutlined />}
                onClick={() => {
                  void api.lock().then(() => client.invalidateQueries({ queryKey: ["status"] }));
                }}
              >
                {t("lock.lock")}
              </Button>
            </Space>
          </Space>
        </Layout.Header>
        <Layout.Content style={{ padding: 24 }}>
          <Space direction="vertical" size="middle" style={{ width: "100%" }}>
            {page === "home" ? (
              <HomePage
                status={status}
                language={language}
                onSync={() => {
                  setSyncOpen(true);
                }}
              />
            ) : (
              <PersonsPage language={language} />
            )}
          </Space>
        </Layout.Content>
      </Layout>
      <SyncDrawer
        open={syncOpen}
        status={status}
        language={language}
        onClose={() => {
          setSyncOpen(false);
        }}
      />
    </Layout>
  );
}
