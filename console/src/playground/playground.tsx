/** A session of one's own: media in, media out, and what happens. */
import { type Event, type Recording, SessionKind } from "@mediaplane/web";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAction, useEvents, usePolled } from "../live";
import { Lead, Problem } from "../parts";
import { to } from "../route";
import { client } from "../service";
import { Timeline } from "../timeline";
import { word } from "../words";
import { Call } from "./call";
import { Controls } from "./controls";
import { Form, type Wanted } from "./form";
import { type Media, open } from "./media";
import { Stage } from "./stage";
import { capability, choice, lacks, obstacle, offers, sessionType } from "./types";

const EVERY = 5_000;
const FIRST: Wanted = { type: "echo", backend: "", source: "generated", target: "" };

/** The live session. */
interface Live {
  readonly call: Call;
  readonly media: Media | undefined;
  readonly id: string;
  readonly kind: SessionKind;
  readonly backend: string;
}

export function Playground() {
  const [wanted, setWanted] = useState(FIRST);
  const [live, setLive] = useState<Live>();
  const [watched, setWatched] = useState("");
  const [state, setState] = useState("");
  const [recording, setRecording] = useState<Recording>();
  const [recorded, setRecorded] = useState<readonly string[]>([]);
  const { value } = usePolled(() => client.backends.listBackends({}), EVERY, []);
  const backends = value?.backends;
  const { busy, error, run, fail } = useAction();
  const current = useRef<Live>(undefined);
  current.current = live;
  useEffect(() => () => {
    void current.current?.call.hangUp();
    end(current.current);
  }, []);

  const events = useEvents(watched, (event: Event) => {
    current.current?.call.handle(event).catch(fail);
    if (event.kind.case === "recorder") setRecording(event.kind.value);
    if (event.kind.case === "type") {
      const kind = event.kind.value.type;
      setLive((live) => live && { ...live, kind });
    }
    if (event.kind.case === "destroyed") {
      end(current.current);
      setLive(undefined);
    }
  }, true);

  // A session that the service no longer knows has nothing more to tell.
  useEffect(() => {
    if (!events.error) return;
    end(current.current);
    setLive(undefined);
  }, [events.error]);

  const start = () => run(async () => {
    const { type, target } = wanted;
    const { kind, receivesOnly } = choice(type);
    const backend = type === "p2p" ? "" : wanted.backend || (await backendOf(type === "bridge" || type === "listen" ? target : ""));
    const media = receivesOnly ? undefined : await open(wanted.source);
    const call = new Call(fail);
    call.connection.onconnectionstatechange = () => setState(call.connection.connectionState);
    const wish = {
      type: sessionType(type, target),
      backend,
      offers: offers(capability(backends ?? [], backend, kind), type, target),
      waits: type === "proxy" || type === "p2p",
      master: type === "p2p" ? target : "",
      media: media?.stream,
    };
    try {
      const { id, backend } = await call.start(wish);
      setRecording(undefined);
      setLive({ call, media, id, kind, backend });
      setWatched(id);
    } catch (error) {
      media?.stop();
      throw error;
    }
  });
  const setType = () => run(async () => live?.call.change(sessionType(wanted.type, wanted.target)));
  const playBack = (uri: string) => {
    setRecorded((before) => [...new Set([uri, ...before])]);
    setWanted({ ...wanted, type: "play", target: uri });
  };
  const able = live && capability(backends ?? [], live.backend, live.kind);
  const missing = live && able ? lacks(able) : "";
  return (
    <>
      <h1>Playground</h1>
      <Lead>
        Make a session of your own from this browser, and see and hear what comes back. Choose, and press <b>Start</b>; it ends when you hang up or leave this page.
      </Lead>
      <div class="playground">
        <Form wanted={wanted} change={setWanted} backends={backends} recorded={recorded} live={live !== undefined} obstacle={live && able ? obstacle(able, live.backend, live.kind, wanted.type) : ""} busy={busy} start={start} setType={setType} />
        <div>
          <Problem error={error} />
          <Stage call={live?.call} local={live?.media?.stream} state={live ? state : ""} />
          <Controls
            sessionId={live?.id ?? ""}
            able={able}
            busy={busy}
            recording={recording}
            run={run}
            playBack={playBack}
            hangUp={() => run(async () => live?.call.hangUp())}
          />
          <p role="status" class="quiet">
            {live ? `Session, ${word(SessionKind, live.kind)}: ` : watched ? "The session has ended: " : "The buttons above are for a session that lives."}
            {watched && (
              <a id="session" class="id" href={to("session", watched)} target="_blank" rel="noopener">
                {watched}
              </a>
            )}
            {missing && <span class="small"> {missing}</span>}
          </p>
        </div>
      </div>
      <section class="card" aria-labelledby="happened">
        <h2 id="happened">Events</h2>
        <Timeline {...events} open={false} id="log" />
      </section>
    </>
  );
}

/** Where a session lives: who joins it must be there too. */
async function backendOf(sessionId: string): Promise<string> {
  if (!sessionId) return "";
  const { session } = await client.sessions.getSession({ sessionId });
  return session?.backend?.name ?? "";
}

/** Gives back camera and connection. */
function end(live: Live | undefined): void {
  live?.media?.stop();
  live?.call.close();
}
