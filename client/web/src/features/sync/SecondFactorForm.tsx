import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useLanguage } from "../../i18n/useLanguage";

/** What the account's authenticator shows, for the session that the server did not open without. */
export function SecondFactorForm() {
  const { t } = useTranslation();
  const language = useLanguage();
  const [form] = Form.useForm<{ code: string }>();
  const send = useMutation({
    mutationFn: ({ code }: { readonly code: string }) => api.syncWithCode(code.trim(), language),
    onSettled: () => {
      form.resetFields();
    },
  });
  return (
    <Form
      form={form}
      name="second-factor"
      layout="vertical"
      onFinish={(values) => {
        send.mutate(values);
      }}
    >
      {send.isError && <Alert type="warning" showIcon role="alert" message={send.error.message} />}
      <Form.Item
        name="code"
        label={t("factor.code")}
        rules={[{ required: true, whitespace: true, message: t("factor.required") }]}
      >
        <Input autoComplete="one-time-code" maxLength={100} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={send.isPending}>
        {t("factor.send")}
      </Button>
    </Form>
  );
}
