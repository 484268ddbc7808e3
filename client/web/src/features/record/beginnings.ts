import type { Fields } from "../../api/types";
import { dayText } from "../../i18n/moments";

/** Of list account_request_state: nobody has decided yet. */
const REQUESTED = "1";

/** What a new record of a kind begins with, where nobody would want anything else. */
export const beginnings: Readonly<Record<string, (now: number) => Fields>> = {
  account_request: (now) => ({ requested_on: dayText(now), state: REQUESTED }),
};
