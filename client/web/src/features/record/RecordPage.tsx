import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, Button, Spin, Tabs } from "antd";
import { useTranslation } from "react-i18next";

import { useCatalog, useOpenStatus, useRecord } from "../../api/queries";
import type { Fields, Kind, RecordView } from "../../api/types";
import { isEntry } from "../../app/menu";
import { go } from "../../app/route";
import { entriesOf, labelOf, nameOf, useKind } from "../../catalog/catalog";
import { Mark } from "../../components/Mark";
import { useLanguage } from "../../i18n/useLanguage";
import { ActionButtons } from "../actions/ActionButtons";
import { HistoryTab } from "../history/HistoryTab";
import { listOf, listPages } from "../list/listPages";
import { PrintLetterButton } from "../print/PrintLetterButton";
import { PrintRequestButton } from "../print/PrintRequestButton";
import { FactorButton } from "../system/FactorButton";
import { PasswordButton } from "../system/PasswordButton";
import { recordSteps } from "../system/recordSteps";
import { EditableRecord } from "./EditableRecord";
import { EntryTab } from "./EntryTab";
import { RetireButton } from "./RetireButton";
import { useIsOwnAccount, useMayEdit } from "./useMayEdit";

interface Props {
  /** Where one comes from and goes back to. */
  readonly page: string;
  readonly kindName: string;
  /** Undefined for a new one. */
  readonly id: string | undefined;
  readonly tab: string | undefined;
  readonly begins?: Fields | undefined;
  /** The page is about this one record. */
  readonly isAlone?: boolean;
}

const MAIN = "main";
const HISTORY = "history";

function RecordTabs({
  page,
  kind,
  record,
  tab,
  mayEdit,
  only,
}: {
  readonly page: string;
  readonly kind: Kind;
  readonly record: RecordView;
  readonly tab: string | undefined;
  readonly mayEdit: boolean;
  readonly only: readonly string[] | undefined;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const entries = entriesOf(useCatalog().data, kind.name);
  return (
    <Tabs
      // Beside each other a person's would not all fit, and the last ones would hide.
      tabPosition="left"
      activeKey={tab ?? MAIN}
      onChange={(key) => {
        go(page, kind.name, record.id, key);
      }}
      items={[
        {
          key: MAIN,
          label: t("record.main"),
          children: <EditableRecord kind={kind} record={record} mayEdit={mayEdit} only={only} />,
        },
        ...entries.map((entry) => ({
          key: entry.name,
          label: labelOf(entry, language),
          children: <EntryTab kind={entry} owner={record.id} isOpen={!record.retired} />,
        })),
        {
          key: HISTORY,
          label: t("record.history"),
          children: <HistoryTab kind={kind.name} id={record.id} />,
        },
      ]}
    />
  );
}

/** One record of any kind: what it says, its entries, its form. */
export function RecordPage({ page, kindName, id, tab, begins, isAlone = false }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const kind = useKind(kindName);
  const record = useRecord(kindName, id);
  const isOwn = useIsOwnAccount()(record.data);
  const editing = useOpenStatus()?.editing;
  const mayWrite = useMayEdit(kind);
  const writes = isOwn ? editing?.may_write === true : mayWrite;
  if (kind === undefined || (id !== undefined && record.isLoading)) {
    return <Spin />;
  }
  const list = isEntry(page) ? listPages[page] : undefined;
  const back = () => {
    // To the list that it stands in, where its page has several.
    go(page, ...(list !== undefined && listOf(list, kindName) !== list ? [kindName] : []));
  };
  const isRetired = record.data?.retired === true;
  const mayEdit = writes && !isRetired;
  return (
    <div className="page">
      <div className="page-head">
        <div className="tools">
          {!isAlone && (
            <Button icon={<ArrowLeftOutlined aria-hidden />} onClick={back}>
              {t("record.back")}
            </Button>
          )}
          <h2>
            {record.data === undefined
              ? t("record.new", { what: labelOf(kind, language) })
              : nameOf(record.data, kind)}
          </h2>
          {isRetired && <Mark tone="plain">{t("record.retired")}</Mark>}
        </div>
        {record.data !== undefined && (
          <div className="tools">
            {isOwn && (
              <>
                <PasswordButton />
                <FactorButton />
              </>
            )}
            {kindName === "letter" && <PrintLetterButton letter={record.data} />}
            {kindName === "account_request" && (
              <PrintRequestButton kind={kind} request={record.data} />
            )}
            {writes && !isOwn && (
              <>
                {recordSteps[kindName]?.(record.data)}
                {isEntry(page) && !isAlone && (
                  <ActionButtons
                    page={page}
                    kind={kindName}
                    records={[record.data.id]}
                    of={record.data}
                  />
                )}
                {!isAlone && <RetireButton record={record.data} />}
              </>
            )}
          </div>
        )}
      </div>
      <div className="panel">
        {record.isError ? (
          <Alert
            type="error"
            showIcon
            message={record.error.message}
            action={<Button onClick={() => void record.refetch()}>{t("retry")}</Button>}
          />
        ) : record.data === undefined ? (
          <EditableRecord
            kind={kind}
            record={undefined}
            begins={begins}
            mayEdit={writes}
            onSaved={(saved) => {
              go(page, kindName, saved.records[0] ?? "");
            }}
            onCancel={back}
          />
        ) : (
          <RecordTabs
            page={page}
            kind={kind}
            record={record.data}
            tab={tab}
            mayEdit={mayEdit}
            only={isOwn ? editing?.own_contact : undefined}
          />
        )}
      </div>
    </div>
  );
}
