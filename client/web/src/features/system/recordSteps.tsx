import type { ReactNode } from "react";

import type { RecordView } from "../../api/types";
import { CloseWindowButton } from "../windows/CloseWindowButton";
import { ExtendWindowButton } from "../windows/ExtendWindowButton";
import { CodeButton } from "./CodeButton";
import { StateButton } from "./StateButton";

/** Of list account_state, and of device_state. */
const ACCOUNT = { active: "1", disabled: "2" };
const DEVICE = { pending: "1", active: "2", revoked: "3" };

function accountSteps(record: RecordView): ReactNode {
  const state = record.fields["state"]?.value;
  return state === ACCOUNT.active ? (
    <>
      <CodeButton record={record} />
      <StateButton record={record} step="disable" state={ACCOUNT.disabled} />
    </>
  ) : state === ACCOUNT.disabled ? (
    <StateButton record={record} step="enable" state={ACCOUNT.active} />
  ) : null;
}

function deviceSteps(record: RecordView): ReactNode {
  const state = record.fields["state"]?.value;
  return (
    <>
      {state === DEVICE.pending && (
        <StateButton record={record} step="activate" state={DEVICE.active} />
      )}
      {state !== DEVICE.revoked && (
        <StateButton record={record} step="revoke" state={DEVICE.revoked} />
      )}
    </>
  );
}

function windowSteps(record: RecordView): ReactNode {
  return (
    <>
      <ExtendWindowButton record={record} />
      <CloseWindowButton record={record} />
    </>
  );
}

/** What one click does with a record of the kind, in its list and on its page. */
export const recordSteps: Readonly<Record<string, (record: RecordView) => ReactNode>> = {
  account: accountSteps,
  device: deviceSteps,
  window: windowSteps,
};

/** The fields that the steps look at. */
export const stepFields: Readonly<Record<string, readonly string[]>> = {
  account: ["state"],
  device: ["state"],
  window: ["starts_at", "ends_at"],
};
