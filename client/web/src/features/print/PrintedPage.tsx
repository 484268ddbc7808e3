import { createPortal } from "react-dom";
import { type ReactNode, useEffect } from "react";

interface Props {
  readonly title: string;
  readonly onPrinted: () => void;
  readonly children: ReactNode;
}

/** What goes to the printer instead of the page. */
export function PrintedPage({ title, onPrinted, children }: Props) {
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
      {children}
    </div>,
    document.body,
  );
}
