import { Spin } from "antd";

import { useStatus } from "../api/queries";
import { EntryPage } from "./EntryPage";
import { Frame } from "./Frame";
import type { LanguageProps } from "./LanguageButton";
import { LockScreen } from "./LockScreen";

/** Nothing of the records is drawn unless the program says that it is unlocked. */
export function Gate(props: LanguageProps) {
  const status = useStatus(props.language);
  if (status.isError) {
    return <EntryPage />;
  }
  if (status.data === undefined) {
    return <Spin fullscreen />;
  }
  return status.data.locked === true ? (
    <LockScreen {...props} status={status.data} />
  ) : (
    <Frame {...props} status={status.data} />
  );
}
