import { KeyOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, Space } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { DialogButton } from "../../components/DialogButton";
import { useLanguage } from "../../i18n/useLanguage";

interface Typed {
  readonly current: string;
  readonly password: string;
  readonly again: string;
}

function PasswordForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<Typed>();
  const change = useMutation({
    mutationFn: ({ current, password }: Typed) => api.changePassword(current, password, language),
    onSuccess: async () => {
      void message.success(t("password.changed"), 8);
      onClose();
      // The workbench is locked now: the new password opens it.
      await client.invalidateQueries({ queryKey: ["status"] });
    },
  });
  const field = (name: keyof Typed, autoComplete: string) => (
    <Form.Item
      name={name}
      label={t(`password.${name}`)}
      rules={[
        { required: true, message: t("lock.required") },
        ...(name === "again"
          ? [
              {
                validator: (_: unknown, value: string) =>
                  value === form.getFieldValue("password")
                    ? Promise.resolve()
                    : Promise.reject(new Error(t("password.differ"))),
              },
            ]
          : []),
      ]}
    >
      <Input.Password autoComplete={autoComplete} disabled={change.isPending} />
    </Form.Item>
  );
  return (
    <Form
      form={form}
      name="own-password"
      layout="vertical"
      onFinish={(typed) => {
        change.mutate(typed);
      }}
    >
      <p>{t("password.demand")}</p>
      {change.isError && (
        <Alert type="warning" showIcon role="alert" message={change.error.message} />
      )}
      {field("current", "current-password")}
      {field("password", "new-password")}
      {field("again", "new-password")}
      <Space>
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {t("password.change")}
        </Button>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </Space>
    </Form>
  );
}

/** Another password for the own account; the server must be reached for it. */
export function PasswordButton() {
  const { t } = useTranslation();
  return (
    <DialogButton label={t("password.change")} icon={<KeyOutlined aria-hidden />}>
      {(close) => <PasswordForm onClose={close} />}
    </DialogButton>
  );
}
