import { Alert, Button, Card, Form, Space } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ConflictForm } from "../../api/types";
import { fieldNamed, useKind } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { Mark } from "../../components/Mark";
import { Sides, sidesOf } from "./Sides";
import { useMayDecide } from "./useMayDecide";
import { useSettling } from "./useSettling";

/** Of list conflict_state. */
const WAITING = "1";

function ThirdValue({
  of,
  isSending,
  onValue,
  onCancel,
}: {
  readonly of: ConflictForm;
  readonly isSending: boolean;
  readonly onValue: (value: string) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const field = fieldNamed(useKind(of.kind), of.field);
  const [value, setValue] = useState("");
  return field === undefined ? null : (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onValue(value);
      }}
    >
      <Form.Item layout="vertical" label={t("conflicts.third")} htmlFor={id}>
        <FieldInput field={field} id={id} value={value} onChange={setValue} />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit" loading={isSending}>
          {t("conflicts.takeThird")}
        </Button>
        <Button onClick={onCancel}>{t("form.cancel")}</Button>
      </Space>
    </form>
  );
}

/** A field with two values: keep what stands, take the other, or give a third. */
export function ConflictCard({ of }: { readonly of: ConflictForm }) {
  const { t } = useTranslation();
  const [third, setThird] = useState(false);
  const settling = useSettling(of.number);
  const mayDecide = useMayDecide();
  const isWaiting = of.state === WAITING;
  const isOpen = isWaiting && mayDecide;
  return (
    <Card
      size="small"
      title={
        <Space>
          {`${of.number} ${of.kind_text} ${of.name} · ${of.label}`}
          <Mark tone={isWaiting ? "wait" : "good"}>{of.state_text}</Mark>
        </Space>
      }
    >
      <Space direction="vertical" size="small" style={{ width: "100%" }}>
        {of.life && <Alert type="info" message={t("conflicts.life")} />}
        <Sides sides={sidesOf(of, t)} />
        {of.now !== undefined && of.now !== of.committed && (
          <span>{t("conflicts.now", { value: of.now })}</span>
        )}
        {isWaiting && !mayDecide && <span>{t("conflicts.above")}</span>}
        {settling.isError && (
          <Alert type="error" showIcon role="alert" message={settling.error.message} />
        )}
        {isOpen && !third && (
          <Space wrap>
            <Button
              loading={settling.isPending}
              onClick={() => {
                settling.mutate({ decision: "keep" });
              }}
            >
              {t("conflicts.keep")}
            </Button>
            <Button
              type="primary"
              loading={settling.isPending}
              onClick={() => {
                settling.mutate({ decision: "take" });
              }}
            >
              {t("conflicts.take")}
            </Button>
            <Button
              onClick={() => {
                setThird(true);
              }}
            >
              {t("conflicts.giveThird")}
            </Button>
          </Space>
        )}
        {isOpen && third && (
          <ThirdValue
            of={of}
            isSending={settling.isPending}
            onValue={(value) => {
              settling.mutate({ decision: "value", value });
            }}
            onCancel={() => {
              setThird(false);
            }}
          />
        )}
      </Space>
    </Card>
  );
}
