import { createPortal } from "react-dom";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { minuteText } from "../../i18n/moments";

interface Props {
  readonly title: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly now: number;
  readonly onPrinted: () => void;
}

/** What goes to the printer instead of the page: a title, a table, room for the seal. */
export function PrintedTable({ title, headers, rows, now, onPrinted }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    window.addEventListener("afterprint", onPrinted);
    window.print();
    return () => {
      window.removeEventListener("afterprint", onPrinted);
    };
  }, [onPrinted]);
  return createPortal(
    <div className="printed">
      <h1>{title}</h1>
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
    </div>,
    document.body,
  );
}
