/** One session: how it stands, what happened, what was negotiated, what is measured. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { BackendRole, Code, type Session, SessionKind, type SessionDescription, SessionStatus } from "@mediaplane/web";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction, useEvents, usePolled } from "./live";
import { Act, Empty, Problem, StatusBadge } from "./parts";
import { redactSdp } from "./redact";
import { to } from "./route";
import { client } from "./service";
import { Others } from "./sessions";
import { Statistics } from "./statistics";
import { Timeline } from "./timeline";
import { age, bitrate, span, word } from "./words";

const EVERY = 2_000;

export function SessionPage({ id }: { id: string }) {
  const { value, error, refresh } = usePolled(() => client.sessions.getSession({ sessionId: id }), EVERY, [id]);
  const happened = useEvents(id, refresh);
  const [open, setOpen] = useState(false);
  const action = useAction();
  const session = value?.session;
  const lives = session !== undefined && session.status !== SessionStatus.DESTROYED;
  if (!session && error?.code === Code.NotFound) return <Gone id={id} />;
  return (
    <>
      <h1>
        Session <span class="id">{id}</span> {session && <StatusBadge status={session.status} />}
      </h1>
      <Problem error={action.error ?? error} />
      <p class="bar">
        <label class="check">
          <input type="checkbox" checked={open} onChange={({ currentTarget }) => setOpen(currentTarget.checked)} />
          Show addresses and keys
        </label>
        <Act tone="danger" disabled={!lives || action.busy} onClick={() => action.run(() => client.sessions.destroySession({ sessionId: id }))}>
          Destroy session
        </Act>
      </p>
      {session && <Facts session={session} />}
      <section class="card" aria-labelledby="statistics">
        <h2 id="statistics">Statistics</h2>
        {session?.status === SessionStatus.READY ? <Statistics sessionId={id} /> : <Empty>Only sessions that are ready, and live, are measured.</Empty>}
      </section>
      <section class="card" aria-labelledby="events">
        <h2 id="events">Events</h2>
        <Timeline {...happened} open={open} />
      </section>
      <section class="card" aria-labelledby="descriptions">
        <h2 id="descriptions">Descriptions</h2>
        <div class="halves">
          <Description name="Offer" description={session?.offer} open={open} />
          <Description name="Answer" description={session?.answer} open={open} />
        </div>
      </section>
    </>
  );
}

function Gone({ id }: { id: string }) {
  return (
    <>
      <h1>
        Session <span class="id">{id}</span>
      </h1>
      <Empty>
        There is no session of this id. It may have ended: the service remembers those for a while only. <a href={to("sessions")}>Those that live</a>
      </Empty>
    </>
  );
}

function Facts({ session }: { session: Session }) {
  const { media, recording } = session;
  const muted = [media?.muteAudio && "audio", media?.muteVideo && "video", media?.muteData && "data"].filter(Boolean);
  const labels = Object.entries(session.labels).map(([key, value]) => `${key} = ${value}`);
  const facts: [string, ComponentChildren][] = [
    ["Type", word(SessionKind, session.type)],
    ["Backend", session.backend ? `${session.backend.name} (${word(BackendRole, session.backendRole)})` : "none"],
    ["Age", age(session.createdAt)],
    ["Ends at the latest", session.expiresAt ? `in ${span(timestampMs(session.expiresAt) - Date.now())}` : ""],
    ["User", session.userId],
    ["With", <Others session={session} nobody="nobody" />],
    ["Muted", muted.join(", ") || "nothing"],
    ["May send", media?.bitrateKbps ? bitrate(media.bitrateKbps) : "without limit"],
    ["Recording", recording?.files.map(({ uri }) => uri).join(", ") || "none"],
    ["Labels", labels.join(", ") || "none"],
  ];
  return (
    <dl class="facts card">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Description(props: { name: string; description: SessionDescription | undefined; open: boolean }) {
  const { name, description, open } = props;
  return (
    <div>
      <h3>{name}</h3>
      {description ? (
        <pre tabIndex={0} role="region" aria-label={name}>
          {open ? description.sdp : redactSdp(description.sdp)}
        </pre>
      ) : (
        <Empty>There is none yet.</Empty>
      )}
    </div>
  );
}
