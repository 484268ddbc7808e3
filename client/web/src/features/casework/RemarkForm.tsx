import { Button, Form, Input, Space } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly label: string;
  readonly action: string;
  readonly isSending: boolean;
  readonly onRemark: (remark: string) => void;
  readonly onCancel: () => void;
}

/** A decision that its author is told the reason of. */
export function RemarkForm({ label, action, isSending, onRemark, onCancel }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [remark, setRemark] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onRemark(remark.trim());
      }}
    >
      <Form.Item layout="vertical" label={label} htmlFor={id} required>
        <Input
          id={id}
          autoFocus
          value={remark}
          onChange={(event) => {
            setRemark(event.target.value);
          }}
        />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit" loading={isSending}>
          {action}
        </Button>
        <Button onClick={onCancel}>{t("form.cancel")}</Button>
      </Space>
    </form>
  );
}
