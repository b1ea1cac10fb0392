/** What changes by itself: asked for again and again, or watched. Nothing is, while nobody looks at the page. */
import { type Event, MediaplaneError } from "@mediaplane/web";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { client } from "./service";

function useVisible(): boolean {
  const [visible, set] = useState(!document.hidden);
  useEffect(() => {
    const changed = () => set(!document.hidden);
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
  return visible;
}

export interface Polled<T> {
  /** The last answer. */
  readonly value: T | undefined;
  /** Why there is no newer one. */
  readonly error: MediaplaneError | undefined;
  /** Asks at once. */
  readonly refresh: () => void;
}

/** Asks at once, and again this long after each answer, in milliseconds. What the question is made of are `keys`. */
export function usePolled<T>(ask: () => Promise<T>, every: number, keys: readonly unknown[]): Polled<T> {
  const visible = useVisible();
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<MediaplaneError>();
  const [turn, setTurn] = useState(0);
  const asked = useRef(ask);
  asked.current = ask;
  useEffect(() => setValue(undefined), keys);
  useEffect(() => {
    if (!visible) return;
    let timer = 0;
    let over = false;
    const loop = async () => {
      try {
        const answer = await asked.current();
        if (over) return;
        setValue(() => answer);
        setError(undefined);
      } catch (thrown) {
        if (over) return;
        setError(MediaplaneError.from(thrown));
      }
      timer = setTimeout(loop, every);
    };
    void loop();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [visible, turn, every, ...keys]);
  return { value, error, refresh: useCallback(() => setTurn((turn) => turn + 1), []) };
}

/** How many events of a session are shown. */
const MAX_EVENTS = 500;

/** The events of a session, from its first on, and why there are no more. `always`: also while nobody looks at the page. */
export function useEvents(sessionId: string, tell: (event: Event) => void, always = false) {
  const visible = useVisible() || always;
  const [events, setEvents] = useState<readonly Event[]>([]);
  const [error, setError] = useState<MediaplaneError>();
  const last = useRef({ sessionId: "", sequence: 0n });
  const teller = useRef(tell);
  teller.current = tell;
  useEffect(() => {
    if (!sessionId || !visible) return;
    if (last.current.sessionId !== sessionId) {
      last.current = { sessionId, sequence: 0n };
      setEvents([]);
    }
    setError(undefined);
    const scope = { case: "sessionIds" as const, value: { ids: [sessionId] } };
    // A browser opens few connections to one server: a page that nobody looks at gives its one back.
    const watch = client.watch({ scope, afterSequence: last.current.sequence });
    const follow = async () => {
      for await (const item of watch) {
        if (item.case !== "event") continue;
        last.current = { sessionId, sequence: item.value.sequence };
        setEvents((before) => [...before.slice(1 - MAX_EVENTS), item.value]);
        teller.current(item.value);
      }
    };
    follow().catch((thrown: unknown) => setError(MediaplaneError.from(thrown)));
    return () => watch.close();
  }, [sessionId, visible]);
  return { events, error };
}

/** Does what was clicked, one thing at a time, and keeps why it failed. */
export function useAction() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  // What the browser itself refuses, as a camera, it says in words of its own.
  const fail = useCallback((thrown: unknown) => setError(thrown instanceof Error ? thrown : MediaplaneError.from(thrown)), []);
  const run = useCallback(async (action: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    await action().catch(fail);
    setBusy(false);
  }, []);
  return { busy, error, run, fail };
}
