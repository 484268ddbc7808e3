import { PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Kind, RecordView } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { useLanguage } from "../../i18n/useLanguage";
import { PrintedPage } from "./PrintedPage";

interface Props {
  readonly kind: Kind;
  readonly request: RecordView;
}

/** Prints an application for an account: what it says, and room for both seals and the opinion. */
export function PrintRequestButton({ kind, request }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [isPrinting, setIsPrinting] = useState(false);
  const done = useCallback(() => {
    setIsPrinting(false);
  }, []);
  const said = kind.fields.filter((field) => request.fields[field.name] !== undefined);
  return (
    <>
      <Button
        icon={<PrinterOutlined aria-hidden />}
        onClick={() => {
          setIsPrinting(true);
        }}
      >
        {t("request.print")}
      </Button>
      {isPrinting && (
        <PrintedPage title={t("request.title")} onPrinted={done}>
          <table>
            <tbody>
              {said.map((field) => (
                <tr key={field.name}>
                  <th>{labelOf(field, language)}</th>
                  <td>{request.fields[field.name]?.shown}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="printed-room">{t("request.applicant")}</p>
          <p className="printed-room">{t("request.opinion")}</p>
          <p className="printed-room">{t("request.decider")}</p>
        </PrintedPage>
      )}
    </>
  );
}
