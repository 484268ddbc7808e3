import { Button, Form, Input, Space } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ChangeWish, Operation } from "../../api/operations";
import { useCatalog } from "../../api/queries";
import type { ContentChange } from "../../api/types";
import { fieldNamed, kindNamed, labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly content: readonly ContentChange[];
  readonly isSending: boolean;
  readonly onAmend: (changes: readonly ChangeWish[], remark: string) => void;
  readonly onCancel: () => void;
}

const OPERATIONS: readonly Operation[] = ["create", "update", "retire", "restore"];

const operationOf = (word: string): Operation =>
  OPERATIONS.find((operation) => operation === word) ?? "update";

const keyOf = (change: number, field: string) => `${String(change)}:${field}`;

/** The group's values, to be put right before they are accepted. */
export function AmendForm({ content, isSending, onAmend, onCancel }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const id = useId();
  const [remark, setRemark] = useState("");
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(
      content.flatMap((change, place) =>
        change.fields.map((field) => [keyOf(place, field.field), field.plain]),
      ),
    ),
  );
  const changes = (): readonly ChangeWish[] =>
    content.map((change, place) => ({
      kind: change.kind,
      id: change.record,
      operation: operationOf(change.operation),
      fields: Object.fromEntries(
        change.fields.map((field) => [field.field, values[keyOf(place, field.field)] ?? ""]),
      ),
    }));
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onAmend(changes(), remark.trim());
      }}
    >
      {content.map((change, place) => (
        <div key={keyOf(place, change.record)} className="fields">
          {change.fields.map((each) => {
            const key = keyOf(place, each.field);
            const field = fieldNamed(kindNamed(catalog, change.kind), each.field);
            return field === undefined ? null : (
              <Form.Item
                key={key}
                layout="vertical"
                label={labelOf(field, language)}
                htmlFor={`${id}-${key}`}
              >
                <FieldInput
                  field={field}
                  id={`${id}-${key}`}
                  value={values[key]}
                  onChange={(value) => {
                    setValues({ ...values, [key]: value });
                  }}
                />
              </Form.Item>
            );
          })}
        </div>
      ))}
      <Form.Item layout="vertical" label={t("cases.remark")} htmlFor={`${id}-remark`}>
        <Input
          id={`${id}-remark`}
          value={remark}
          onChange={(event) => {
            setRemark(event.target.value);
          }}
        />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit" loading={isSending}>
          {t("cases.acceptAmended")}
        </Button>
        <Button onClick={onCancel}>{t("form.cancel")}</Button>
      </Space>
    </form>
  );
}
