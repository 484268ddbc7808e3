import { LockOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input, Layout, Space, Typography } from "antd";
import type { InputRef } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../api/operations";
import { ApiError } from "../api/transport";
import type { LockedStatus } from "../api/types";
import { useLanguage } from "../i18n/useLanguage";
import { LanguageButton } from "./LanguageButton";

/** HTTP's "conflict": the program is opening, closing or changing the password. */
const BUSY = 409;
const BUSY_MS = 300;
const BUSY_RETRIES = 40;

export function LockScreen({ status }: { readonly status: LockedStatus }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useQueryClient();
  const [form] = Form.useForm<{ password: string }>();
  const unlock = useMutation({
    mutationFn: ({ password }: { readonly password: string }) => api.unlock(password, language),
    // It may still be closing: nobody should have to type the password once more for that.
    retry: (count, error) => count < BUSY_RETRIES && error instanceof ApiError && error.status === BUSY,
    retryDelay: BUSY_MS,
    onSettled: async () => {
      form.resetFields();
      await client.invalidateQueries({ queryKey: ["status"] });
    },
  });
  const isOpening = unlock.isPending || status.opening;
  // What the program says is in the language chosen now; the answer was in that of its question.
  const why = status.message === "" ? (unlock.error?.message ?? "") : status.message;
  const input = useRef<InputRef>(null);
  useEffect(() => {
    if (!isOpening) {
      input.current?.focus();
    }
  }, [isOpening]);
  return (
    <Layout
      role="main"
      style={{ minHeight: "100vh", alignItems: "center", justifyContent: "center" }}
    >
      <Card style={{ width: 480 }}>
        <Space direction="vertical" size="middle" style={{ width: "100%" }}>
          <Space style={{ justifyContent: "space-between", width: "100%" }}>
            <Typography.Title level={1} style={{ margin: 0, fontSize: 22 }}>
              <LockOutlined aria-hidden /> {t("lock.title")}
            </Typography.Title>
            <LanguageButton />
          </Space>
          <Typography.Text>{t("lock.account", { account: status.account })}</Typography.Text>
          {why === "" && <Typography.Text type="secondary">{t("lock.safe")}</Typography.Text>}
          {why !== "" && !isOpening && <Alert type="warning" showIcon message={why} role="alert" />}
          <Form
            form={form}
            layout="vertical"
            onFinish={(values) => {
              unlock.mutate(values);
            }}
          >
            <Form.Item
              name="password"
              label={t("lock.password")}
              rules={[{ required: true, message: t("lock.required") }]}
            >
              <Input.Password
                ref={input}
                autoComplete="current-password"
                disabled={isOpening}
              />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={isOpening}>
              {t("lock.unlock")}
            </Button>
          </Form>
        </Space>
      </Card>
    </Layout>
  );
}
