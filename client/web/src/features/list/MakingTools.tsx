import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import type { Entry } from "../../app/menu";
import { go } from "../../app/route";
import { useKind } from "../../catalog/catalog";
import { ActionButtons } from "../actions/ActionButtons";
import { useMayEdit } from "../record/useMayEdit";
import type { ListPageSpec } from "./listPages";

/** How new records come into a list: by a form, from a file, by an action that makes one. */
export function MakingTools({
  page,
  spec,
}: {
  readonly page: Entry;
  readonly spec: ListPageSpec;
}) {
  const { t } = useTranslation();
  const mayEdit = useMayEdit(useKind(spec.kind));
  return !mayEdit ? null : (
    <>
      {spec.creates === true && (
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => {
            go(page, spec.kind, "new");
          }}
        >
          {t("list.create")}
        </Button>
      )}
      {spec.imports === true && (
        <Button
          icon={<UploadOutlined aria-hidden />}
          onClick={() => {
            go(page, "import", spec.kind);
          }}
        >
          {t("list.import")}
        </Button>
      )}
      <ActionButtons page={page} kind={spec.kind} records={[]} />
    </>
  );
}
