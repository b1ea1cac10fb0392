/** What changes by itself: asked for again and again, or watched. Nothing is, while nobody looks at the page. */
import { type Event, MediaplaneError } from "@mediaplane/web";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { linked, useLink } from "./link";
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

/**
 * Asks at once, and again this long after each answer, in milliseconds. What the question is made of are `keys`; when they
 * change, the last answer stands until there is one to the new question.
 */
export function usePolled<T>(ask: () => Promise<T>, every: number, keys: readonly unknown[]): Polled<T> {
  const visible = useVisible();
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<MediaplaneError>();
  const latest = useRef({ ask, refresh: () => {} });
  latest.current.ask = ask;
  useEffect(() => {
    if (!visible) return;
    let [timer, over, asking, due] = [0, false, false, false];
    const loop = async () => {
      clearTimeout(timer);
      due = asking;
      // One question at a time, however often somebody wants to know.
      if (over || asking) return;
      asking = true;
      const answer = await latest.current.ask().then(
        (value) => ({ value, error: undefined }),
        (thrown: unknown) => ({ value: undefined, error: MediaplaneError.from(thrown) }),
      );
      asking = false;
      if (over) return;
      if (!answer.error) setValue(() => answer.value);
      // That nothing answers, or lets this page in, is told once, above all pages.
      setError(linked() ? answer.error : undefined);
      timer = setTimeout(loop, due ? 0 : every);
    };
    latest.current.refresh = () => void loop();
    void loop();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [visible, every, ...keys]);
  return { value, error, refresh: useCallback(() => latest.current.refresh(), []) };
}

/** How many events of a session are kept and shown. */
const MAX_EVENTS = 500;
/** For how long events are gathered before they are shown, in milliseconds: a long history comes all at once. */
const GATHERED = 50;

interface Events {
  readonly events: readonly Event[];
  /** How many that came before them, or between, are gone. */
  readonly missing: number;
}

export interface Happened extends Events {
  /** Why there are no more. */
  readonly error: MediaplaneError | undefined;
}

const NOTHING: Events = { events: [], missing: 0 };

function add({ events, missing }: Events, more: Events): Events {
  const all = [...events, ...more.events];
  const over = Math.max(0, all.length - MAX_EVENTS);
  return { events: all.slice(over), missing: missing + more.missing + over };
}

/** Hands on what it is given, gathered. */
function gatherer(show: (more: Events) => void) {
  let more = NOTHING;
  let timer = 0;
  const flush = () => {
    clearTimeout(timer);
    if (more !== NOTHING) show(more);
    [more, timer] = [NOTHING, 0];
  };
  const give = (one: Events) => {
    more = add(more, one);
    timer ||= setTimeout(flush, GATHERED);
  };
  return { give, flush };
}

/** The events of a session, from its first on. `always`: also while nobody looks at the page. */
export function useEvents(sessionId: string, tell: (event: Event) => void, always = false): Happened {
  const visible = useVisible() || always;
  const up = useLink() === "up";
  const [events, setEvents] = useState(NOTHING);
  const [error, setError] = useState<MediaplaneError>();
  const last = useRef({ sessionId: "", sequence: 0n });
  const teller = useRef(tell);
  teller.current = tell;
  useEffect(() => {
    // What broke with the service is begun anew when it is back, after the last event that has come.
    if (!sessionId || !visible || !up) return;
    if (last.current.sessionId !== sessionId) {
      last.current = { sessionId, sequence: 0n };
      setEvents(NOTHING);
    }
    setError(undefined);
    const scope = { case: "sessionIds" as const, value: { ids: [sessionId] } };
    // A browser opens few connections to one server: a page that nobody looks at gives its one back.
    const watch = client.watch({ scope, afterSequence: last.current.sequence });
    const { give, flush } = gatherer((more) => setEvents((all) => add(all, more)));
    const follow = async () => {
      for await (const { case: kind, value } of watch) {
        if (kind === "gap") give({ events: [], missing: Number(value.lastMissed - value.firstMissed) + 1 });
        if (kind !== "event") continue;
        last.current = { sessionId, sequence: value.sequence };
        give({ events: [value], missing: 0 });
        teller.current(value);
      }
    };
    follow().catch((thrown: unknown) => linked() && setError(MediaplaneError.from(thrown)));
    return () => {
      watch.close();
      flush();
    };
  }, [sessionId, visible, up]);
  return { ...events, error };
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
