import { useTranslation } from "react-i18next";

import type { RecordView } from "../../api/types";
import { PrintedPage } from "./PrintedPage";

interface Props {
  readonly letter: RecordView;
  /** Whom it is about; undefined where they are not in this account's scope. */
  readonly person: RecordView | undefined;
  readonly onPrinted: () => void;
}

/** A letter of transfer on A4 in the form in use: heading, body, seal, and the receipt below the cut. */
export function PrintedLetter({ letter, person, onPrinted }: Props) {
  const { t } = useTranslation();
  const of = (name: string) => letter.fields[name]?.shown ?? "";
  const their = (name: string) => person?.fields[name]?.shown ?? "";
  const from = of("sending_name") || of("sending_organisation");
  const to = of("receiving_name") || of("receiving_organisation");
  const words = {
    number: of("number"),
    heading: of("heading") || to,
    name: their("name") || of("person"),
    sex: their("sex"),
    idNumber: their("id_number"),
    stage: their("stage"),
    from,
    to,
    paidUntil: of("dues_paid_until"),
    days: of("valid_days"),
    mobile: of("mobile"),
    phone: of("sender_phone"),
    day: of("issued_on"),
  };
  return (
    <PrintedPage title={t("letter.title")} onPrinted={onPrinted}>
      <p className="printed-seal">{t("letter.number", words)}</p>
      <p>{t("letter.heading", words)}</p>
      <p className="printed-body">{t("letter.body", words)}</p>
      <p className="printed-body">{t("letter.validity", words)}</p>
      <p>{t("letter.contact", words)}</p>
      <p className="printed-seal">
        {from}
        {t("print.seal")}
        <br />
        {words.day}
      </p>
      <hr />
      <h1>{t("letter.receipt")}</h1>
      <p className="printed-seal">{t("letter.number", words)}</p>
      <p>{t("letter.receiptHeading", words)}</p>
      <p className="printed-body">{t("letter.receiptBody", words)}</p>
      <p className="printed-seal">
        {t("print.seal")}
        <br />
        {t("letter.receiptDay")}
      </p>
    </PrintedPage>
  );
}
