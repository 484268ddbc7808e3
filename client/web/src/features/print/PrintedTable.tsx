import { useTranslation } from "react-i18next";

import { minuteText } from "../../i18n/moments";
import { PrintedPage } from "./PrintedPage";

interface Props {
  readonly title: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly now: number;
  readonly onPrinted: () => void;
}

/** A title, a table, room for the seal. */
export function PrintedTable({ title, headers, rows, now, onPrinted }: Props) {
  const { t } = useTranslation();
  return (
    <PrintedPage title={title} onPrinted={onPrinted}>
      <table>
        <thead>
          <tr>
            <th>{t("print.number")}</th>
            {headers.map((header) => (
              <th key={header}>{header}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <td>{index + 1}</td>
              {row.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="printed-seal">
        {t("print.seal")}　　{t("print.printedAt", { at: minuteText(now) })}
      </p>
    </PrintedPage>
  );
}
