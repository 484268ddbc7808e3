import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Empty, Popconfirm, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "@tanstack/react-query";

import { equal } from "../../api/conditions";
import { api } from "../../api/operations";
import { useRecords, useRefresh } from "../../api/queries";
import type { Kind, RecordView } from "../../api/types";
import { labelOf, nameOf, OWNER } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { draftKey, useDraft } from "../../app/drafts";
import { EditableRecord } from "./EditableRecord";
import { useMayEdit } from "./useMayEdit";

interface Props {
  readonly kind: Kind;
  readonly owner: string;
  readonly mayEdit: boolean;
}

interface TabProps {
  readonly kind: Kind;
  readonly owner: string;
  /** The owner is in use. */
  readonly isOpen: boolean;
}

const ENTRIES_MAX = 200;

function Entry({ kind, record, owner, mayEdit }: Props & { readonly record: RecordView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () =>
      api.commit("retire", [{ kind: kind.name, id: record.id, operation: "retire" }], language),
    onSuccess: refresh,
  });
  return (
    <Card
      size="small"
      title={nameOf(record, kind)}
      extra={
        mayEdit && (
          <Popconfirm
            title={t("record.removeEntry")}
            okText={t("record.retire")}
            onConfirm={() => {
              remove.mutate();
            }}
          >
            <Button size="small" loading={remove.isPending}>
              {t("record.retire")}
            </Button>
          </Popconfirm>
        )
      }
    >
      {remove.isError && <Alert type="error" showIcon message={remove.error.message} />}
      <EditableRecord kind={kind} record={record} owner={owner} mayEdit={mayEdit} />
    </Card>
  );
}

/** A record's entries of one kind, such as a person's education. */
export function EntryTab({ kind, owner, isOpen }: TabProps) {
  const { t } = useTranslation();
  // Entries may stand in another section of the menu than their owner.
  const mayEdit = useMayEdit(kind) && isOpen;
  const language = useLanguage();
  const [adds, setAdds] = useState(false);
  const hasDraft = useDraft(draftKey(kind.name, "new", owner)) !== undefined;
  const entries = useRecords(kind.name, {
    search: "",
    order: undefined,
    conditions: [equal(OWNER, owner)],
    offset: 0,
    limit: ENTRIES_MAX,
  });
  const records = entries.data?.records ?? [];
  const isAdding = mayEdit && (adds || hasDraft);
  return (
    <Space direction="vertical" size="middle" style={{ width: "100%" }}>
      {entries.isError && <Alert type="error" showIcon message={entries.error.message} />}
      {isAdding ? (
        <Card size="small" title={t("record.newEntry", { what: labelOf(kind, language) })}>
          <EditableRecord
            kind={kind}
            record={undefined}
            owner={owner}
            mayEdit
            onSaved={() => {
              setAdds(false);
            }}
            onCancel={() => {
              setAdds(false);
            }}
          />
        </Card>
      ) : (
        mayEdit && (
          <Button
            icon={<PlusOutlined aria-hidden />}
            onClick={() => {
              setAdds(true);
            }}
          >
            {t("record.newEntry", { what: labelOf(kind, language) })}
          </Button>
        )
      )}
      {entries.isSuccess && records.length === 0 && !isAdding && (
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          description={t("record.noEntry", { what: labelOf(kind, language) })}
        />
      )}
      {records.map((record) => (
        <Entry key={record.id} kind={kind} record={record} owner={owner} mayEdit={mayEdit} />
      ))}
    </Space>
  );
}
