import { Button, Empty, Space } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly what: string;
  readonly isFiltered: boolean;
  readonly onUnfilter: () => void;
  /** The first step: what one does to have something here. */
  readonly firstStep: ReactNode;
}

/** Says what the list is for and offers the first step. */
export function EmptyList({ what, isFiltered, onUnfilter, firstStep }: Props) {
  const { t } = useTranslation();
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={isFiltered ? t("list.noMatch") : what}
    >
      <Space>
        {isFiltered ? <Button onClick={onUnfilter}>{t("list.unfilter")}</Button> : firstStep}
      </Space>
    </Empty>
  );
}
