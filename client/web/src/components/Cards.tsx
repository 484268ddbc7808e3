import { Alert, Button, Empty, Space, Spin } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props<Item> {
  readonly query: {
    readonly data: readonly Item[] | undefined;
    readonly error: Error | null;
    readonly refetch: () => Promise<unknown>;
  };
  readonly empty: string;
  readonly children: (item: Item) => ReactNode;
}

/** What a query answers, one below the other; its failure and its emptiness in words. */
export function Cards<Item>({ query, empty, children }: Props<Item>) {
  const { t } = useTranslation();
  if (query.error !== null) {
    return (
      <Alert
        type="error"
        showIcon
        message={query.error.message}
        action={<Button onClick={() => void query.refetch()}>{t("retry")}</Button>}
      />
    );
  }
  if (query.data === undefined) {
    return <Spin />;
  }
  return query.data.length === 0 ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />
  ) : (
    <Space direction="vertical" size="middle" style={{ width: "100%" }}>
      {query.data.map(children)}
    </Space>
  );
}
