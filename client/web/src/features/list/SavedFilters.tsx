import { DeleteOutlined, SaveOutlined, StarOutlined } from "@ant-design/icons";
import { Button, Input, Popover, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Condition } from "../../api/conditions";
import type { SavedFilter } from "../../api/types";

interface Props {
  readonly saved: readonly SavedFilter[];
  readonly conditions: readonly Condition[];
  readonly onSaved: (saved: readonly SavedFilter[]) => void;
  readonly onApply: (conditions: readonly Condition[]) => void;
}

/** Conditions that somebody needs again and again, under a name. */
export function SavedFilters({ saved, conditions, onSaved, onApply }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const trimmed = name.trim();
  const keep = () => {
    if (trimmed !== "" && conditions.length > 0) {
      onSaved([...saved.filter((each) => each.name !== trimmed), { name: trimmed, conditions }]);
      setName("");
    }
  };
  const content = (
    <Space direction="vertical" style={{ width: 300 }}>
      {saved.length === 0 && <Typography.Text>{t("list.noSavedFilter")}</Typography.Text>}
      {saved.map((each) => (
        <Space key={each.name}>
          <Button
            type="link"
            onClick={() => {
              onApply(each.conditions);
            }}
          >
            {each.name}
          </Button>
          <Button
            size="small"
            icon={<DeleteOutlined aria-hidden />}
            aria-label={t("list.forgetFilter", { name: each.name })}
            onClick={() => {
              onSaved(saved.filter((other) => other.name !== each.name));
            }}
          />
        </Space>
      ))}
      <Space.Compact style={{ width: "100%" }}>
        <Input
          value={name}
          maxLength={40}
          aria-label={t("list.filterName")}
          placeholder={t("list.filterName")}
          disabled={conditions.length === 0}
          onChange={(event) => {
            setName(event.target.value);
          }}
          onPressEnter={keep}
        />
        <Button
          icon={<SaveOutlined aria-hidden />}
          disabled={trimmed === "" || conditions.length === 0}
          onClick={keep}
        >
          {t("list.saveFilter")}
        </Button>
      </Space.Compact>
    </Space>
  );
  return (
    <Popover trigger="click" placement="bottomLeft" content={content}>
      <Button icon={<StarOutlined aria-hidden />}>{t("list.savedFilters")}</Button>
    </Popover>
  );
}
