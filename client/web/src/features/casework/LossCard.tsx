import { Alert, Button, Card, Space } from "antd";
import { useTranslation } from "react-i18next";

import type { ConflictForm } from "../../api/types";
import { Sides } from "./Sides";
import { useSettling } from "./useSettling";

/** A value of one's own that another one replaced: send it once more, or take note. */
export function LossCard({ of }: { readonly of: ConflictForm }) {
  const { t } = useTranslation();
  const settling = useSettling(of.number);
  return (
    <Card size="small" title={`${of.number} ${of.kind_text} ${of.name} · ${of.label}`}>
      <Space direction="vertical" size="small" style={{ width: "100%" }}>
        <Sides of={of} />
        {settling.isError && (
          <Alert type="error" showIcon role="alert" message={settling.error.message} />
        )}
        <Space>
          <Button
            type="primary"
            loading={settling.isPending}
            onClick={() => {
              settling.mutate({ decision: "resubmit" });
            }}
          >
            {t("losses.resubmit")}
          </Button>
          <Button
            onClick={() => {
              settling.mutate({ decision: "seen" });
            }}
          >
            {t("losses.seen")}
          </Button>
        </Space>
      </Space>
    </Card>
  );
}
