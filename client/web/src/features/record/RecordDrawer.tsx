import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App as AntApp, Button, Descriptions, Drawer, Form, Space, Spin } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ApiError } from "../../api/client";
import { useCatalog, useRecord } from "../../api/queries";
import type { Finding, RecordView } from "../../api/types";
import { kindNamed, labelOf } from "../../catalog/columns";
import { FieldInput } from "../../catalog/FieldInput";
import type { Language } from "../../i18n";

interface Props {
  readonly kindName: string;
  readonly id: string;
  readonly language: Language;
  readonly onClose: () => void;
}

type Values = Readonly<Record<string, string | undefined>>;

/** Only what differs from the record goes into the group. */
function changedFields(record: RecordView, values: Values): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if ((value ?? "") !== (record.fields[name]?.value ?? "")) {
      changed[name] = value ?? "";
    }
  }
  return changed;
}

/** One record: what it says, and a form made from the catalog. Input is kept until it is saved. */
export function RecordDrawer({ kindName, id, language, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const catalog = useCatalog().data;
  const kind = kindNamed(catalog, kindName);
  const record = useRecord(kindName, id, language);
  const [editing, setEditing] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const [saved, setSaved] = useState<string>();
  const [form] = Form.useForm<Values>();

  const save = useMutation({
    mutationFn: (fields: Record<string, string>) => api.save(kindName, id, fields, language),
    onSuccess: (answer) => {
      setEditing(false);
      setRefusal(undefined);
      setSaved(
        [t("form.saved"), ...answer.warnings.map((warning: Finding) => warning.message)].join(" "),
      );
      void client.invalidateQueries({ queryKey: ["replica"] });
      void client.invalidateQueries({ queryKey: ["status"] });
    },
    onError: (error) => {
      setRefusal(`${error.message} ${t("form.kept")}`);
      if (error instanceof ApiError) {
        form.setFields(
          error.findings
            .filter((finding) => finding.field !== "")
            .map((finding) => ({ name: finding.field, errors: [finding.message] })),
        );
      }
    },
  });

  const finish = (values: Values) => {
    if (record.data === undefined) {
      return;
    }
    const fields = changedFields(record.data, values);
    if (Object.keys(fields).length === 0) {
      setEditing(false);
      setSaved(t("form.unchanged"));
      return;
    }
    save.mutate(fields);
  };

  const editable = (kind?.fields ?? []).filter((field) => field.type !== "reference");
  return (
    <AntApp>
      <Drawer
        title={t("persons.details")}
        open
        width={760}
        onClose={onClose}
        // What was typed goes by Save or Cancel alone, not by a slip of the hand.
        maskClosable={!editing}
        keyboard={!editing}
        closable={!editing}
        extra={
          editing ? (
            <Space>
              <Button
                onClick={() => {
                  setEditing(false);
                  setRefusal(undefined);
                }}
              >
                {t("form.cancel")}
              </Button>
              <Button
                type="primary"
                loading={save.isPending}
                onClick={() => {
                  form.submit();
                }}
              >
                {t("form.save")}
              </Button>
            </Space>
          ) : (
            <Button
              type="primary"
              disabled={record.data === undefined}
              onClick={() => {
                setSaved(undefined);
                setEditing(true);
              }}
            >
              {t("form.edit")}
            </Button>
          )
        }
      >
        {refusal !== undefined && <Alert type="error" showIcon message={refusal} style={{ marginBottom: 16 }} />}
        {saved !== undefined && !editing && (
          <Alert type="success" showIcon message={saved} style={{ marginBottom: 16 }} />
        )}
        {record.data === undefined ? (
          <Spin />
        ) : editing ? (
          <Form
            form={form}
            layout="vertical"
            onFinish={finish}
            initialValues={Object.fromEntries(
              editable.map((field) => [field.name, record.data.fields[field.name]?.value]),
            )}
          >
            {editable.map((field) => (
              <Form.Item
                key={field.name}
                name={field.name}
                label={labelOf(field, language)}
                required={field.required === "yes"}
              >
                <FieldInput field={field} catalog={catalog} language={language} />
              </Form.Item>
            ))}
          </Form>
        ) : (
          <Descriptions
            bordered
            size="small"
            column={1}
            items={(kind?.fields ?? [])
              .filter((field) => record.data.fields[field.name] !== undefined)
              .map((field) => ({
                key: field.name,
                label: labelOf(field, language),
                children: record.data.fields[field.name]?.shown,
              }))}
          />
        )}
      </Drawer>
    </AntApp>
  );
}
