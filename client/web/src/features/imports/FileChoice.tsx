import { UploadOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useRef, useState } from "react";
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
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string>();
  const take = async (file: File) => {
    if (file.size > FILE_BYTES_MAX) {
      setProblem(t("imports.tooLarge"));
      return;
    }
    setProblem(undefined);
    setName(file.name);
    onFile(encoded(new Uint8Array(await file.arrayBuffer())), file.name);
  };
  return (
    <>
      <Button
        icon={<UploadOutlined aria-hidden />}
        onClick={() => {
          input.current?.click();
        }}
      >
        {t("imports.file")}
      </Button>{" "}
      <span aria-live="polite">{name}</span>
      <input
        ref={input}
        type="file"
        hidden
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
