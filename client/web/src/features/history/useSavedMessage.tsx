import { App, Space } from "antd";

import type { Saved } from "../../api/types";
import { UndoButton } from "./UndoButton";

const SHOWN_SECONDS = 8;

/** Says that something was saved, with the step back beside it. */
export function useSavedMessage(): (saved: Saved, text: string) => void {
  const { message } = App.useApp();
  return (saved, text) => {
    void message.success({
      content: (
        <Space>
          {text}
          <UndoButton group={{ sequence: saved.sequence, stage: "waiting", action: "" }} />
        </Space>
      ),
      duration: SHOWN_SECONDS,
    });
  };
}
