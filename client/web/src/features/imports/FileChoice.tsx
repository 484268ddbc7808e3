import { Alert } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

/** What one request of the page may carry, once it is written as text. */
const FILE_BYTES_MAX = 700_000;
const CHUNK = 8192;

/** The bytes as base64. */
function encoded(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

/** The first step: which file. */
export function FileChoice({
  onFile,
}: {
  readonly onFile: (content: string, name: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [problem, setProblem] = useState<string>();
  const take = async (file: File) => {
    if (file.size > FILE_BYTES_MAX) {
      setProblem(t("imports.tooLarge"));
      return;
    }
    setProblem(undefined);
    onFile(encoded(new Uint8Array(await file.arrayBuffer())), file.name);
  };
  return (
    <>
      <label htmlFor={id}>{t("imports.file")}</label>{" "}
      <input
        id={id}
        type="file"
        accept=".xlsx,.csv"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) {
            void take(file);
          }
        }}
      />
      {problem !== undefined && <Alert type="error" showIcon role="alert" message={problem} />}
    </>
  );
}
