import { ReloadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Entry } from "../../app/menu";
import { Reminders } from "../home/Reminders";

/** Self check: every figure opens its list, and can be counted anew. */
export function SurveyPage({ page }: { readonly page: Entry }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <div className="page-long">
      <div className="page-head">
        <h2>{t(`menu.${page}`)}</h2>
        <Button
          icon={<ReloadOutlined aria-hidden />}
          onClick={() => {
            void client.invalidateQueries({ queryKey: ["replica", "reminders"] });
          }}
        >
          {t("home.refresh")}
        </Button>
      </div>
      <Reminders />
    </div>
  );
}
