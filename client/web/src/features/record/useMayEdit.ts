import { useOpenStatus } from "../../api/queries";
import type { Kind, RecordView } from "../../api/types";

/** Whether this account writes records of the kind at all; of which ones the rules say. */
export function useMayEdit(kind: Kind | undefined): boolean {
  const editing = useOpenStatus()?.editing;
  if (kind === undefined || editing?.may_write !== true || editing.only_read.includes(kind.name)) {
    return false;
  }
  return kind.writers === "scope" || (kind.writers === "administrator" && editing.manages);
}

/** Whether a record is one's own account, of which all but the contact is kept from above. */
export function useIsOwnAccount(): (record: RecordView | undefined) => boolean {
  const own = useOpenStatus()?.account_id;
  return (record) => record?.kind === "account" && record.id === own;
}
