/** Which page is shown: the part of the address after `#/`. */
import { useEffect, useState } from "preact/hooks";

export interface Route {
  readonly page: string;
  /** What the page is of, a session's id for example. */
  readonly of: string;
}

function route(): Route {
  const [page = "", of = ""] = location.hash.replace(/^#\/?/, "").split("/");
  return { page: page || "sessions", of: decodeURIComponent(of) };
}

export function useRoute(): Route {
  const [now, set] = useState(route);
  useEffect(() => {
    const changed = () => set(route());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return now;
}

/** The address of a page. */
export function to(page: string, of?: string): string {
  return of === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(of)}`;
}
