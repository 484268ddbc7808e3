import { SearchOutlined } from "@ant-design/icons";
import { Input, type InputRef } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, textarea, [contenteditable]");

/** Searches as one types. The key `/` comes here from anywhere but another input. */
export function SearchInput({ value, onChange }: Props) {
  const { t } = useTranslation();
  const input = useRef<InputRef>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "/" && !isTyping(event.target)) {
        event.preventDefault();
        input.current?.focus({ cursor: "all" });
      }
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
    };
  }, []);
  return (
    <Input
      ref={input}
      allowClear
      prefix={<SearchOutlined aria-hidden />}
      style={{ width: 320 }}
      aria-label={t("list.search")}
      placeholder={t("list.search")}
      maxLength={100}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}
