import { SafetyCertificateOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, QRCode, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { SecondFactor } from "../../api/types";
import { DialogButton } from "../../components/DialogButton";
import { useLanguage } from "../../i18n/useLanguage";

/** Groups of four, as people copy them. */
const secretOf = (url: string) =>
  (new URL(url).searchParams.get("secret") ?? "").replace(/(.{4})(?=.)/g, "$1 ");

/** Another second factor is made only by who knows the password. */
function Asking({ onMade }: { readonly onMade: (made: SecondFactor) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const make = useMutation({
    mutationFn: ({ current }: { readonly current: string }) =>
      api.makeSecondFactor(current, language),
    onSuccess: onMade,
  });
  return (
    <Form
      name="make-second-factor"
      layout="vertical"
      onFinish={(typed: { current: string }) => {
        make.mutate(typed);
      }}
    >
      <p>{t("factor.about")}</p>
      {make.isError && <Alert type="warning" showIcon role="alert" message={make.error.message} />}
      <Form.Item
        name="current"
        label={t("password.current")}
        rules={[{ required: true, message: t("lock.required") }]}
      >
        <Input.Password autoComplete="current-password" disabled={make.isPending} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={make.isPending}>
        {t("factor.make")}
      </Button>
    </Form>
  );
}

/** Shown once: for the authenticator, and codes for the drawer. It counts when it is confirmed. */
function Confirming({
  made,
  onClose,
}: {
  readonly made: SecondFactor;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ code: string }>();
  const confirm = useMutation({
    mutationFn: ({ code }: { readonly code: string }) =>
      api.confirmSecondFactor(code.trim(), language),
    onSuccess: async () => {
      void message.success(t("factor.confirmed"), 8);
      onClose();
      await refresh();
    },
    onError: () => {
      form.resetFields();
    },
  });
  return (
    <Form
      form={form}
      name="confirm-second-factor"
      layout="vertical"
      onFinish={(typed) => {
        confirm.mutate(typed);
      }}
    >
      <ol className="steps">
        <li>
          <p>{t("factor.scan")}</p>
          <div className="factor">
            <QRCode value={made.url} type="svg" size={168} aria-label={t("factor.qr")} role="img" />
            <Typography.Text code copyable aria-label={t("factor.secret")}>
              {secretOf(made.url)}
            </Typography.Text>
          </div>
        </li>
        <li>
          <p>{t("factor.keep")}</p>
          <pre className="factor-codes" aria-label={t("factor.recovery")}>
            {made.recovery_codes.join("\n")}
          </pre>
        </li>
        <li>
          {confirm.isError && (
            <Alert type="warning" showIcon role="alert" message={confirm.error.message} />
          )}
          <Form.Item
            name="code"
            label={t("factor.shown")}
            rules={[{ required: true, whitespace: true, message: t("factor.required") }]}
          >
            <Input autoComplete="one-time-code" inputMode="numeric" maxLength={20} />
          </Form.Item>
        </li>
      </ol>
      <Space>
        <Button type="primary" htmlType="submit" loading={confirm.isPending}>
          {t("factor.confirm")}
        </Button>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </Space>
    </Form>
  );
}

/** First the password, then what was made. */
function Making({ onClose }: { readonly onClose: () => void }) {
  const [made, setMade] = useState<SecondFactor>();
  return made === undefined ? (
    <Asking onMade={setMade} />
  ) : (
    <Confirming made={made} onClose={onClose} />
  );
}

/** A second factor for the own account; the server must be reached for it. */
export function FactorButton() {
  const { t } = useTranslation();
  return (
    <DialogButton label={t("factor.set")} icon={<SafetyCertificateOutlined aria-hidden />}>
      {(close) => <Making onClose={close} />}
    </DialogButton>
  );
}
