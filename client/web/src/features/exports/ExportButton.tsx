import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type ExportWish } from "../../api/operations";
import { useExports } from "../../api/queries";
import type { Fields } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { ExportDialog } from "./ExportDialog";

interface Props {
  readonly kind: string;
  /** What the list shows now. */
  readonly parameters: Fields;
}

const THIS_LIST = "";

/** The list as it is filtered, with its columns, or one that the guidance names, as a workbook. */
export function ExportButton({ kind, parameters }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { message } = App.useApp();
  const offers = (useExports().data ?? []).filter((offer) => offer.kind === kind);
  const [running, setRunning] = useState<string>();
  const start = useMutation({
    mutationFn: (wish: ExportWish) => api.startExport(wish, language),
    onSuccess: (started) => {
      setRunning(started.export);
    },
    onError: (error) => void message.error(error.message, 8),
  });
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: THIS_LIST, label: t("exports.thisList") },
            ...(offers.length === 0
              ? []
              : [
                  {
                    key: "whole",
                    type: "group" as const,
                    label: t("exports.whole"),
                    children: offers.map((offer) => ({
                      key: offer.name,
                      label: labelOf(offer, language),
                    })),
                  },
                ]),
          ],
          onClick: ({ key }) => {
            start.mutate(key === THIS_LIST ? { kind, query: parameters } : { name: key });
          },
        }}
      >
        <Button icon={<DownloadOutlined aria-hidden />} loading={start.isPending}>
          {t("exports.export")}
        </Button>
      </Dropdown>
      {running !== undefined && (
        <ExportDialog
          id={running}
          onClose={() => {
            setRunning(undefined);
          }}
        />
      )}
    </>
  );
}
