import { Alert, App, Button, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Fields, Kind, RecordView, Saved } from "../../api/types";
import { Findings } from "../../components/Findings";
import { useSavedMessage } from "../history/useSavedMessage";
import { editableFields } from "./formFields";
import { RecordFacts } from "./RecordFacts";
import { RecordForm } from "./RecordForm";
import { useRecordForm } from "./useRecordForm";

interface Props {
  readonly kind: Kind;
  /** Undefined for a new one. */
  readonly record: RecordView | undefined;
  readonly owner?: string;
  readonly begins?: Fields | undefined;
  readonly mayEdit: boolean;
  /** The fields that may be edited, where they are not all. */
  readonly only?: readonly string[] | undefined;
  readonly onSaved?: (saved: Saved) => void;
  readonly onCancel?: () => void;
}

/** A record as it stands, or its form; a form that was left is open again with what was typed. */
export function EditableRecord({ kind, record, owner, begins, mayEdit, only, onSaved, onCancel }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const say = useSavedMessage();
  const [opened, setOpened] = useState(false);
  const [last, setLast] = useState<Saved>();
  const form = useRecordForm({
    kind,
    record,
    owner,
    begins,
    onSaved: (saved) => {
      setOpened(false);
      setLast(saved);
      say(saved, t("form.saved"));
      onSaved?.(saved);
    },
  });
  const asked = (
    record === undefined && owner === undefined ? kind.fields : editableFields(kind)
  ).filter((field) => only?.includes(field.name) !== false);
  const editing = mayEdit && (opened || form.hasDraft || record === undefined);
  if (record !== undefined && !editing) {
    return (
      <>
        <Space style={{ marginBottom: 12 }}>
          {mayEdit && (
            <Button
              type="primary"
              onClick={() => {
                setLast(undefined);
                setOpened(true);
              }}
            >
              {t("form.edit")}
            </Button>
          )}
        </Space>
        {last !== undefined && last.warnings.length > 0 && (
          <Alert
            type="warning"
            message={<Findings findings={last.warnings} />}
            style={{ marginBottom: 12 }}
          />
        )}
        <RecordFacts kind={kind} record={record} />
      </>
    );
  }
  return (
    <>
      {form.hasDraft && !opened && record !== undefined && (
        <Alert type="info" showIcon message={t("form.draft")} style={{ marginBottom: 12 }} />
      )}
      {form.failure !== undefined && (
        <Alert
          type="error"
          showIcon
          role="alert"
          message={form.failure}
          description={t("form.kept")}
          style={{ marginBottom: 12 }}
        />
      )}
      {form.failure === undefined && form.wasRefused && (
        <Alert
          type="error"
          showIcon
          role="alert"
          message={t("form.refused")}
          style={{ marginBottom: 12 }}
        />
      )}
      <RecordForm
        kind={kind}
        values={form.values}
        findings={form.findings}
        isNew={record === undefined}
        fields={asked}
        isSaving={form.isSaving}
        onType={(field, value) => {
          setOpened(true);
          form.type(field, value);
        }}
        onSave={() => {
          if (form.isChanged || record === undefined) {
            form.save();
          } else {
            form.discard();
            setOpened(false);
            void message.info(t("form.unchanged"));
          }
        }}
        onCancel={() => {
          form.discard();
          setOpened(false);
          onCancel?.();
        }}
      />
    </>
  );
}
