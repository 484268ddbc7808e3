import { SettingOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Checkbox, Empty, Input, Popover, Space, Table } from "antd";
import type { SorterResult } from "antd/es/table/interface";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCatalog, useRecords } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { defaultColumns, kindNamed, labelOf } from "../../catalog/columns";
import type { Language } from "../../i18n";
import { RecordDrawer } from "../record/RecordDrawer";

const KIND = "person";
const PAGE_SIZE = 20;

function orderOf(sorter: SorterResult<RecordView>): string | undefined {
  if (sorter.order === undefined || sorter.order === null || sorter.columnKey === undefined) {
    return undefined;
  }
  return `${sorter.order === "descend" ? "-" : ""}${String(sorter.columnKey)}`;
}

export function PersonsPage({ language }: { readonly language: Language }) {
  const { t } = useTranslation();
  const catalog = useCatalog();
  const kind = kindNamed(catalog.data, KIND);
  const [search, setSearch] = useState("");
  const [page, setPage] = useState(1);
  const [order, setOrder] = useState<string>();
  const [chosen, setChosen] = useState<readonly string[]>();
  const [opened, setOpened] = useState<string>();
  const columns = chosen ?? defaultColumns(kind);
  const records = useRecords(
    KIND,
    { search, order, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE },
    language,
  );
  const total = records.data?.total ?? 0;
  const fields = (kind?.fields ?? []).filter((field) => columns.includes(field.name));
  return (
    <Card
      title={t("menu.persons")}
      extra={
        <Space wrap>
          <Input.Search
            allowClear
            aria-label={t("persons.search")}
            placeholder={t("persons.search")}
            style={{ width: 380 }}
            onChange={(event) => {
              setSearch(event.target.value);
              setPage(1);
            }}
          />
          <Popover
            trigger="click"
            placement="bottomRight"
            content={
              <Checkbox.Group
                style={{ display: "grid", maxHeight: 400, overflow: "auto" }}
                value={[...columns]}
                options={(kind?.fields ?? []).map((field) => ({
                  value: field.name,
                  label: labelOf(field, language),
                }))}
                onChange={(names) => {
                  setChosen(names.map(String));
                }}
              />
            }
          >
            <Button icon={<SettingOutlined />}>{t("persons.columns")}</Button>
          </Popover>
        </Space>
      }
    >
      {records.isError && (
        <Alert
          type="error"
          showIcon
          message={t("home.failed")}
          description={records.error.message}
          action={<Button onClick={() => void records.refetch()}>{t("retry")}</Button>}
        />
      )}
      <Table<RecordView>
        size="middle"
        rowKey="id"
        loading={records.isLoading}
        dataSource={[...(records.data?.records ?? [])]}
        scroll={{ x: "max-content" }}
        locale={{
          emptyText: (
            <Empty description={search === "" ? t("persons.empty") : t("persons.noMatch")} />
          ),
        }}
        pagination={{
          current: page,
          pageSize: PAGE_SIZE,
          total,
          showSizeChanger: false,
          showTotal: () => t("persons.total", { total }),
        }}
        onChange={(pagination, _filters, sorter) => {
          setPage(pagination.current ?? 1);
          setOrder(Array.isArray(sorter) ? undefined : orderOf(sorter));
        }}
        columns={fields.map((field, index) => ({
          key: field.name,
          title: labelOf(field, language),
          sorter: true,
          render: (_: unknown, record: RecordView) => {
            const shown = record.fields[field.name]?.shown ?? "";
            return index === 0 ? (
              <Button
                type="link"
                style={{ padding: 0 }}
                onClick={() => {
                  setOpened(record.id);
                }}
              >
                {shown}
              </Button>
            ) : (
              shown
            );
          },
        }))}
      />
      {opened !== undefined && (
        <RecordDrawer
          key={opened}
          kindName={KIND}
          id={opened}
          language={language}
          onClose={() => {
            setOpened(undefined);
          }}
        />
      )}
    </Card>
  );
}
