import { Spin } from "antd";

import { useFreshness, useStatus } from "../api/queries";
import { ApiError } from "../api/transport";
import { EntryPage } from "./EntryPage";
import { Frame } from "./Frame";
import { GonePage } from "./GonePage";
import { LockScreen } from "./LockScreen";

/** Nothing of the records is drawn unless the program says that it is unlocked. */
export function Gate() {
  const status = useStatus();
  useFreshness();
  if (status.isError) {
    return status.error instanceof ApiError ? <EntryPage /> : <GonePage />;
  }
  if (status.data === undefined) {
    return <Spin fullscreen />;
  }
  return status.data.locked === true ? (
    <LockScreen status={status.data} />
  ) : (
    <Frame status={status.data} />
  );
}
