import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import type { ListPageSpec } from "./listPages";

/** What one does to have something in an empty list: here, or on the page where it begins. */
export function FirstStep({ page, spec }: { readonly page: Entry; readonly spec: ListPageSpec }) {
  const { t } = useTranslation();
  const { begunAt } = spec;
  if (begunAt !== undefined) {
    return (
      <Button
        type="primary"
        onClick={() => {
          go(begunAt);
        }}
      >
        {t(`menu.${begunAt}`)}
      </Button>
    );
  }
  return spec.creates !== true ? null : (
    <Button
      type="primary"
      onClick={() => {
        go(page, spec.kind, "new");
      }}
    >
      {t("list.create")}
    </Button>
  );
}
