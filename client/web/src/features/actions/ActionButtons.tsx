import { DownOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useActions } from "../../api/queries";
import type { Action, RecordView, Saved } from "../../api/types";
import type { Entry } from "../../app/menu";
import { labelOf } from "../../catalog/catalog";
import type { Language } from "../../i18n";
import { useLanguage } from "../../i18n/useLanguage";
import { useSavedMessage } from "../history/useSavedMessage";
import { ActionDialog } from "./ActionDialog";

interface Props {
  readonly page: Entry;
  readonly kind: string;
  /** None: the actions that make a record. */
  readonly records: readonly string[];
  /** The record, where it is one that is known: only actions that are for it are offered. */
  readonly of?: RecordView;
  readonly onDone?: (saved: Saved) => void;
}

const BESIDE_EACH_OTHER = 4;

const isPlaced = (action: Action, title: string): boolean =>
  action.place.zh.split("/").includes(title);

const suits = (action: Action, record: RecordView): boolean =>
  action.needs.every(({ field, codes }) => codes.includes(record.fields[field]?.value ?? ""));

/** The actions of this page of the menu first, then those of the kind that stand elsewhere. */
function sorted(actions: readonly Action[], title: string): readonly Action[] {
  const isHere = (action: Action) => isPlaced(action, title);
  return [...actions.filter(isHere), ...actions.filter((action) => !isHere(action))];
}

/** A long menu scrolls, so that its last entries can be reached in a low window. */
const MENU_STYLE = { maxHeight: "60vh", overflowY: "auto" } as const;

/** The page of the menu on which the users look for the action. */
const pageOfAction = (action: Action, language: Language): string =>
  action.place[language].split("/").at(-1) ?? "";

/** As entries of a menu, under the names of the pages that they belong to. */
function grouped(actions: readonly Action[], language: Language) {
  const pages = [...new Set(actions.map((action) => pageOfAction(action, language)))];
  return pages.map((label) => ({
    key: label,
    type: "group" as const,
    label,
    children: actions
      .filter((action) => pageOfAction(action, language) === label)
      .map((action) => ({ key: action.name, label: labelOf(action, language) })),
  }));
}

/** What can be done with the chosen records, or to make one. */
export function ActionButtons({ page, kind, records, of, onDone }: Props) {
  const { t, i18n } = useTranslation();
  const language = useLanguage();
  const say = useSavedMessage();
  const [chosen, setChosen] = useState<Action>();
  const choice = records.length === 0 ? "none" : "many";
  // The catalog of actions names its places in Chinese; so does the menu, whatever is shown.
  const title = i18n.getFixedT("zh")(`menu.${page}`);
  const actions = sorted(
    (useActions().data ?? []).filter(
      (each) =>
        each.choice === choice &&
        // What makes a record stands on its own page alone: elsewhere it would vanish from the list.
        (choice === "none" ? isPlaced(each, title) : each.kind === kind) &&
        (of === undefined || suits(each, of)),
    ),
    title,
  );
  const shown = actions.slice(0, BESIDE_EACH_OTHER);
  const more = actions.slice(BESIDE_EACH_OTHER);
  return (
    <>
      {shown.map((action) => (
        <Button
          key={action.name}
          onClick={() => {
            setChosen(action);
          }}
        >
          {labelOf(action, language)}
        </Button>
      ))}
      {more.length > 0 && (
        <Dropdown
          trigger={["click"]}
          menu={{
            style: MENU_STYLE,
            items: grouped(more, language),
            onClick: ({ key }) => {
              setChosen(actions.find((action) => action.name === key));
            },
          }}
        >
          <Button>
            {t("actions.more")} <DownOutlined aria-hidden />
          </Button>
        </Dropdown>
      )}
      {chosen !== undefined && (
        <ActionDialog
          action={chosen}
          records={records}
          onClose={() => {
            setChosen(undefined);
          }}
          onDone={(saved) => {
            setChosen(undefined);
            say(saved, t("actions.done", { name: labelOf(chosen, language) }));
            onDone?.(saved);
          }}
        />
      )}
    </>
  );
}
