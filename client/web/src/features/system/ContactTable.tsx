import { Alert, Empty } from "antd";
import { useTranslation } from "react-i18next";

import { useContacts } from "../../api/queries";
import type { Contact } from "../../api/types";
import { DataTable } from "../../components/DataTable";
import { Mark } from "../../components/Mark";
import { minuteText } from "../../i18n/moments";

/** When each device was last in touch with the server, and what it has that has not come. */
export function ContactTable() {
  const { t } = useTranslation();
  const contacts = useContacts();
  if (contacts.isError) {
    return <Alert type="warning" showIcon message={contacts.error.message} />;
  }
  const rows = contacts.data ?? [];
  return rows.length === 0 && contacts.isSuccess ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("contacts.empty")} />
  ) : (
    <DataTable<Contact>
      label={t("contacts.title")}
      rows={rows}
      keyOf={(row) => row.device}
      step={50}
      columns={[
        { key: "name", title: t("contacts.device"), render: (row) => row.name },
        { key: "account", title: t("contacts.account"), render: (row) => row.account ?? "" },
        {
          key: "at",
          title: t("contacts.at"),
          width: 180,
          render: (row) =>
            row.connected ? <Mark tone="good">{t("contacts.now")}</Mark> : minuteText(row.at),
        },
        { key: "version", title: t("contacts.version"), width: 100, render: (row) => row.version },
        {
          key: "missing",
          title: t("contacts.missing"),
          width: 140,
          render: (row) =>
            row.missing === 0 ? "0" : <Mark tone="wait">{String(row.missing)}</Mark>,
        },
      ]}
    />
  );
}
