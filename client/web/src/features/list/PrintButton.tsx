import { PrinterOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import { useOpenStatus } from "../../api/queries";
import type { Field, RecordView } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { PrintedTable } from "../print/PrintedTable";
import type { RowsWish } from "./useRows";

/** As many as somebody prints; more is what an export is for. */
const PRINTED_MAX = 2000;
const PAGE_ROWS = 1000;

interface Props {
  readonly title: string;
  readonly wish: RowsWish;
  readonly fields: readonly Field[];
  readonly chosen: ReadonlySet<string>;
}

/** Prints the list as it is filtered, or the rows that are chosen. */
export function PrintButton({ title, wish, fields, chosen }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { message } = App.useApp();
  const status = useOpenStatus();
  const fetching = useMutation({
    mutationFn: async (): Promise<readonly RecordView[]> => {
      const records: RecordView[] = [];
      for (let offset = 0; offset < PRINTED_MAX; offset += PAGE_ROWS) {
        const page = await api.records(
          wish.kind,
          { ...wish, offset, limit: PAGE_ROWS },
          language,
        );
        if (page.total > PRINTED_MAX && chosen.size === 0) {
          throw new Error(t("print.tooMany", { most: PRINTED_MAX }));
        }
        records.push(...page.records);
        if (records.length >= page.total) {
          break;
        }
      }
      return chosen.size === 0 ? records : records.filter((record) => chosen.has(record.id));
    },
    onError: (error) => void message.error(error.message),
  });
  const { reset } = fetching;
  const done = useCallback(() => {
    reset();
  }, [reset]);
  return (
    <>
      <Button
        icon={<PrinterOutlined aria-hidden />}
        loading={fetching.isPending}
        onClick={() => {
          fetching.mutate();
        }}
      >
        {t("print.print")}
      </Button>
      {fetching.data !== undefined && (
        <PrintedTable
          title={`${status?.scope ?? ""} ${title}`}
          headers={fields.map((field) => labelOf(field, language))}
          rows={fetching.data.map((record) =>
            fields.map((field) => record.fields[field.name]?.shown ?? ""),
          )}
          now={status?.now ?? 0}
          onPrinted={done}
        />
      )}
    </>
  );
}
