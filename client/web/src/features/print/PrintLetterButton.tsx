import { PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { useRecord } from "../../api/queries";
import type { RecordView } from "../../api/types";
import { PrintedLetter } from "./PrintedLetter";

/** Prints a letter of transfer. It writes nothing, so whoever reads the letter may print it. */
export function PrintLetterButton({ letter }: { readonly letter: RecordView }) {
  const { t } = useTranslation();
  const [isPrinting, setIsPrinting] = useState(false);
  const person = useRecord("person", letter.fields["person"]?.value);
  const done = useCallback(() => {
    setIsPrinting(false);
  }, []);
  return (
    <>
      <Button
        icon={<PrinterOutlined aria-hidden />}
        loading={person.isLoading}
        onClick={() => {
          setIsPrinting(true);
        }}
      >
        {t("letter.print")}
      </Button>
      {isPrinting && <PrintedLetter letter={letter} person={person.data} onPrinted={done} />}
    </>
  );
}
