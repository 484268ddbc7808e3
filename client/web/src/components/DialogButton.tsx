import { Button, type ButtonProps } from "antd";
import { type ReactNode, useState } from "react";

import { Dialog } from "./Dialog";

interface Props {
  readonly label: string;
  /** The dialog's heading, where it is not the button's label. */
  readonly title?: string;
  readonly icon?: ReactNode;
  readonly size?: ButtonProps["size"];
  /** What stands in the dialog. It begins anew each time, and is gone when the dialog is closed. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens a dialog. */
export function DialogButton({ label, title = label, icon, size = "middle", children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  return (
    <>
      <Button
        icon={icon}
        size={size}
        onClick={() => {
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {isOpen && (
        <Dialog title={title} onClose={close}>
          {children(close)}
        </Dialog>
      )}
    </>
  );
}
