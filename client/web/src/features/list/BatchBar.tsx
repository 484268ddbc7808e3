import { Button, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly count: number;
  readonly onClear: () => void;
  /** What can be done to the chosen. */
  readonly children?: ReactNode;
}

/** What is chosen, and what can be done to all of it at once. */
export function BatchBar({ count, onClear, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className="tools" role="region" aria-label={t("list.batch")}>
      <Typography.Text strong>{t("list.chosen", { count })}</Typography.Text>
      {children}
      <Button type="link" onClick={onClear}>
        {t("list.clearChoice")}
      </Button>
    </div>
  );
}
