import { FilterOutlined } from "@ant-design/icons";
import { Button, Popover } from "antd";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Condition } from "../../api/conditions";
import type { Kind } from "../../api/types";
import { fieldNamed, labelOf } from "../../catalog/catalog";
import { FieldText } from "../../catalog/FieldText";
import { RemovableMark } from "../../components/RemovableMark";
import { useLanguage } from "../../i18n/useLanguage";
import { FilterEditor } from "./FilterEditor";

interface Props {
  readonly kind: Kind;
  readonly conditions: readonly Condition[];
  readonly onConditions: (conditions: readonly Condition[]) => void;
}

/** One condition of a field and relation at a time: another one takes its place. */
const isSame = (left: Condition, right: Condition): boolean =>
  left.field === right.field && left.is === right.is;

/** The conditions in force, each to be taken away, and a form for another one. */
export function FilterBar({ kind, conditions, onConditions }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Popover
        trigger="click"
        open={open}
        onOpenChange={setOpen}
        placement="bottomLeft"
        content={
          <FilterEditor
            kind={kind}
            onAdd={(condition) => {
              onConditions([...conditions.filter((each) => !isSame(each, condition)), condition]);
              setOpen(false);
            }}
          />
        }
      >
        <Button icon={<FilterOutlined aria-hidden />}>{t("list.filter")}</Button>
      </Popover>
      {conditions.map((condition) => {
        const field = fieldNamed(kind, condition.field);
        return field === undefined ? null : (
          <RemovableMark
            key={`${condition.field} ${condition.is}`}
            remove={t("list.removeFilter")}
            onRemove={() => {
              onConditions(conditions.filter((each) => !isSame(each, condition)));
            }}
          >
            {labelOf(field, language)} {t(`relation.${condition.is}`)}{" "}
            {condition.values.map((value, place) => (
              <Fragment key={value}>
                {place > 0 && "、"}
                <FieldText field={field} value={value} />
              </Fragment>
            ))}
          </RemovableMark>
        );
      })}
    </>
  );
}
