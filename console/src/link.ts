/** Whether the service answers, and what this page shows to be let in. */
import { useEffect, useState } from "preact/hooks";

/** `lost`: nothing answers. `denied`: who guards the service does not know who this is. */
export type Link = "up" | "lost" | "denied";

/** Under which name this tab keeps the token: until it is closed, and never in an address. */
const KEY = "mediaplane.token";

let link: Link = "up";
let token = kept();
const watchers = new Set<(link: Link) => void>();

/** A browser that lets pages keep nothing asks again each time that the page is loaded. */
function kept(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** Shows this token from now on. */
export function showToken(given: string): void {
  token = given;
  try {
    sessionStorage.setItem(KEY, given);
  } catch {
    // It is known until the page is left.
  }
}

export function hasToken(): boolean {
  return token !== "";
}

/** How the link is now. */
export function linked(): boolean {
  return link === "up";
}

/** How the link is, as it changes. */
export function useLink(): Link {
  const [now, set] = useState(link);
  useEffect(() => {
    set(link);
    watchers.add(set);
    return () => void watchers.delete(set);
  }, []);
  return now;
}

function become(now: Link): void {
  if (now === link) return;
  link = now;
  for (const watcher of watchers) watcher(now);
}

/** The browser's `fetch` with the token. Each call tells how the link is. */
export async function reach(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  try {
    // A redirection leads to where people sign in, and no call of a page can do that.
    const response = await fetch(input, { ...init, headers, redirect: "manual" });
    become(judge(response));
    return response;
  } catch (thrown) {
    if (!init.signal?.aborted) become("lost");
    throw thrown;
  }
}

/** `UNAUTHENTICATED`, as proxies that speak gRPC say it. */
const UNAUTHENTICATED = "16";
/** What proxies answer while there is no service behind them. */
const NO_SERVICE: readonly number[] = [502, 503, 504];

function judge({ type, status, headers }: Response): Link {
  if (type === "opaqueredirect" || status === 401 || headers.get("grpc-status") === UNAUTHENTICATED) return "denied";
  return NO_SERVICE.includes(status) ? "lost" : "up";
}
