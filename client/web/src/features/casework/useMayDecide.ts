import { useOpenStatus } from "../../api/queries";

/** Whether this account decides cases and conflicts at all; of which ones the rules say. */
export function useMayDecide(): boolean {
  const editing = useOpenStatus()?.editing;
  return editing?.may_write === true && editing.manages;
}
