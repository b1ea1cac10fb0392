/** The media servers, and what they carry. */
import { type Backend, BackendStatus, type Capability, SessionKind } from "@mediaplane/web";
import { useAction, usePolled } from "./live";
import { Act, Badge, Empty, Lead, Problem } from "./parts";
import { to } from "./route";
import { client } from "./service";
import { bitrate, word } from "./words";

const EVERY = 2_000;

export function Backends() {
  const { value, error, refresh } = usePolled(() => client.backends.listBackends({}), EVERY, []);
  const action = useAction();
  const change = ({ name, status }: Backend) =>
    action.run(async () => {
      if (status === BackendStatus.DRAINING) await client.backends.undrainBackend({ name });
      else await client.backends.drainBackend({ name });
      refresh();
    });
  return (
    <>
      <h1>Backends</h1>
      <Lead>The media servers that carry sound and pictures, and what each can do. One that is drained takes no new sessions, as before its maintenance.</Lead>
      <Problem error={action.error ?? error} />
      {value?.backends.length === 0 && <Empty>No media server is configured: only p2p sessions can be created.</Empty>}
      <div class="cards">
        {value?.backends.map((backend) => (
          <Card key={backend.name} backend={backend} busy={action.busy} change={() => change(backend)} />
        ))}
      </div>
    </>
  );
}

/** All of them in short. */
export function Overview() {
  const { value } = usePolled(() => client.backends.listBackends({}), EVERY, []);
  return (
    <ul class="plain bar" aria-label="Backends">
      {value?.backends.map(({ name, status, load }) => (
        <li key={name}>
          <a class="chip" href={to("backends")}>
            {name} <span class="quiet">{load?.sessions ?? 0} sessions</span> <Badge tone={tone(status)}>{word(BackendStatus, status)}</Badge>
          </a>
        </li>
      ))}
    </ul>
  );
}

function tone(status: BackendStatus) {
  if (status === BackendStatus.UP) return "good";
  return status === BackendStatus.DRAINING ? "busy" : "bad";
}

function Card({ backend, busy, change }: { backend: Backend; busy: boolean; change: () => void }) {
  const { name, kind, version, status, load, limits } = backend;
  const draining = status === BackendStatus.DRAINING;
  const most = limits?.maxSessions || undefined;
  return (
    <section class="card" aria-label={name} data-backend={name}>
      <h2>
        {name} <Badge tone={tone(status)}>{word(BackendStatus, status)}</Badge>
      </h2>
      <p class="quiet">
        {kind} {version}
      </p>
      {backend.statusMessage && <p>{backend.statusMessage}</p>}
      <dl>
        <dt>Sessions</dt>
        <dd>
          {load?.sessions ?? 0}
          {most && ` of ${most}`}
          {most && <meter min={0} max={most} value={load?.sessions ?? 0} aria-label={`Sessions of ${name}`} />}
        </dd>
        {load?.bitrateKbps !== undefined && <dt>Bitrate</dt>}
        {load?.bitrateKbps !== undefined && <dd>{bitrate(load.bitrateKbps)}</dd>}
        {load?.cpuPercent !== undefined && <dt>Processor</dt>}
        {load?.cpuPercent !== undefined && <dd>{load.cpuPercent} %</dd>}
        <dt>Types</dt>
        <dd>{types(backend.capabilities)}</dd>
      </dl>
      <Act disabled={busy} onClick={change}>
        {draining ? "Undrain" : "Drain"}
        <span class="unseen"> {name}</span>
      </Act>
      <p class="quiet small">
        {draining ? "It takes no new sessions until it is undrained; those that live go on." : "Drain it to give it no new sessions; those that live go on."}
      </p>
    </section>
  );
}

function types(capabilities: readonly Capability[]): string {
  return [...new Set(capabilities.map(({ type }) => word(SessionKind, type)))].join(", ");
}
