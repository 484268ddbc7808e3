import { useSyncExternalStore } from "react";

/** Where in the workbench one is, as the address's fragment says it: `#/persons/person/ID`. */
export interface Route {
  readonly page: string;
  readonly rest: readonly string[];
}

const HOME = "home";

function read(fragment: string): Route {
  const [page, ...rest] = fragment
    .replace(/^#\/?/, "")
    .split("/")
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return "";
      }
    })
    .filter((part) => part !== "");
  return { page: page ?? HOME, rest };
}

let current = read(window.location.hash);
let fragment = window.location.hash;

function snapshot(): Route {
  if (window.location.hash !== fragment) {
    fragment = window.location.hash;
    current = read(fragment);
  }
  return current;
}

function subscribe(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
  };
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, snapshot);

export const addressOf = (page: string, ...rest: readonly string[]): string =>
  `#/${[page, ...rest].map(encodeURIComponent).join("/")}`;

export function go(page: string, ...rest: readonly string[]): void {
  window.location.hash = addressOf(page, ...rest);
}
