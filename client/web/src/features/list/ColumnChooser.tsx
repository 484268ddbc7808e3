import { SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Popover, Space } from "antd";
import { useTranslation } from "react-i18next";

import type { Kind } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";

interface Props {
  readonly kind: Kind;
  readonly columns: readonly string[];
  readonly onColumns: (columns: readonly string[]) => void;
  readonly onReset: () => void;
}

/** Which of the kind's fields are shown, in the catalog's order. */
export function ColumnChooser({ kind, columns, onColumns, onReset }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const choices = (
    <Space direction="vertical">
      <Checkbox.Group
        style={{ display: "grid", maxHeight: 380, overflow: "auto" }}
        value={[...columns]}
        options={kind.fields.map((field) => ({
          value: field.name,
          label: labelOf(field, language),
        }))}
        onChange={(names) => {
          const wanted = new Set(names.map(String));
          onColumns(
            kind.fields.filter((field) => wanted.has(field.name)).map((field) => field.name),
          );
        }}
      />
      <Button size="small" onClick={onReset}>
        {t("list.usualColumns")}
      </Button>
    </Space>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={choices}>
      <Button icon={<SettingOutlined aria-hidden />}>{t("list.columns")}</Button>
    </Popover>
  );
}
