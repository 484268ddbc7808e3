import { Alert, Button, Card, Space } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { ConflictForm } from "../../api/types";
import { type Side, Sides } from "./Sides";
import { useSettling } from "./useSettling";

/** One's own value, and the one that took its place. */
function ownAndOther(of: ConflictForm, t: TFunction): readonly Side[] {
  const offered = { by: of.offered_by, value: of.offered };
  const committed = { by: of.committed_by, value: of.committed };
  const [own, other] = of.lost === "offered" ? [offered, committed] : [committed, offered];
  return [
    { title: t("losses.own"), ...own },
    { title: t("losses.taken"), ...other },
  ];
}

/** A value of one's own that another one replaced: send it once more, or take note. */
export function LossCard({ of }: { readonly of: ConflictForm }) {
  const { t } = useTranslation();
  const settling = useSettling(of.number);
  return (
    <Card size="small" title={`${of.number} ${of.kind_text} ${of.name} · ${of.label}`}>
      <Space direction="vertical" size="small" style={{ width: "100%" }}>
        <Sides sides={ownAndOther(of, t)} />
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
