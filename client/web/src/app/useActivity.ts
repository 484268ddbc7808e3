import { useEffect } from "react";

import { api } from "../api/operations";

const TELL_AT_MOST_EVERY_MS = 60_000;

/** Tells the program that somebody works, which keeps it from locking; lists that are only looked at count too. */
export function useActivity(): void {
  useEffect(() => {
    let told = 0;
    const tell = () => {
      if (Date.now() - told > TELL_AT_MOST_EVERY_MS) {
        told = Date.now();
        void api.active().catch(() => undefined);
      }
    };
    const events = ["pointerdown", "keydown", "wheel"] as const;
    for (const event of events) {
      window.addEventListener(event, tell, { passive: true });
    }
    return () => {
      for (const event of events) {
        window.removeEventListener(event, tell);
      }
    };
  }, []);
}
