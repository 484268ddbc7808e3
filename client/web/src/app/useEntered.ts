import { useEffect, useState } from "react";

import { enter, hasEntryCode } from "../api/transport";

/** Whether this page holds a token. A new entry opened in the same tab leads back to where one was. */
export function useEntered(): boolean | undefined {
  const [entered, setEntered] = useState<boolean>();
  useEffect(() => {
    let place = hasEntryCode() ? "" : window.location.hash;
    const look = () => {
      if (hasEntryCode()) {
        void enter(place).then((good) => {
          setEntered(good);
          window.dispatchEvent(new HashChangeEvent("hashchange"));
        });
      } else {
        place = window.location.hash;
      }
    };
    window.addEventListener("hashchange", look);
    if (hasEntryCode()) {
      look();
    } else {
      setEntered(false);
    }
    return () => {
      window.removeEventListener("hashchange", look);
    };
  }, []);
  return entered;
}
