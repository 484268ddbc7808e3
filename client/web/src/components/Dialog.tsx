import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  /** At the window's side, as high as it is. */
  readonly isPanel?: boolean;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/**
 * The browser's own dialog: it keeps the focus, closes by Esc and makes the page behind it inert.
 * It is open as long as it is drawn.
 */
export function Dialog({ title, onClose, isPanel = false, isWide = false, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Who opens a form wants to type; the browser would begin at the button that closes it.
    element
      ?.querySelector<HTMLElement>("form input:not([disabled]), form textarea:not([disabled])")
      ?.focus();
    return () => {
      element?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${isPanel ? "dialog-panel" : ""} ${isWide ? "dialog-wide" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="page-head">
        <h2 id={id}>{title}</h2>
        <Button
          type="text"
          icon={<CloseOutlined aria-hidden />}
          aria-label={t("form.close")}
          onClick={onClose}
        />
      </div>
      {children}
    </dialog>
  );
}

/** Lists and calendars of inputs open inside the dialog that the input is in. */
export const popupPlace = (trigger: HTMLElement | undefined): HTMLElement =>
  trigger?.closest("dialog") ?? document.body;
