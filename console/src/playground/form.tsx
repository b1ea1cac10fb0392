/** What a person asks for. */
import { type Backend, type Session } from "@mediaplane/web";
import { useEffect } from "preact/hooks";
import { usePolled } from "../live";
import { Act } from "../parts";
import { client, settings } from "../service";
import type { Source } from "./media";
import { capability, choice, CHOICES, type Name, PARTNERS } from "./types";

const EVERY = 3_000;
const SUGGESTIONS = 50;

export interface Wanted {
  readonly type: Name;
  readonly backend: string;
  readonly source: Source;
  readonly target: string;
}

interface Props {
  readonly wanted: Wanted;
  readonly change: (wanted: Wanted) => void;
  /** Not set until they are known. */
  readonly backends: readonly Backend[] | undefined;
  /** URIs of what has been recorded here. */
  readonly recorded: readonly string[];
  readonly live: boolean;
  /** Why the live session cannot become what is wanted; empty if it can. */
  readonly obstacle: string;
  readonly busy: boolean;
  readonly start: () => void;
  readonly setType: () => void;
}

const NAMES = Object.keys(CHOICES) as Name[];

export function Form(props: Props) {
  const { wanted, change, backends, live, obstacle, busy } = props;
  const set = (part: Partial<Wanted>) => change({ ...wanted, ...part });
  const possible = NAMES.filter((name) => name === "p2p" || !backends || capability(backends, wanted.backend, choice(name).kind));
  const { target, receivesOnly } = choice(wanted.type);
  const missing = target?.needed === true && wanted.target === "";
  const there = possible.includes(wanted.type);
  useEffect(() => {
    if (!there) set({ type: possible[0] ?? "p2p" });
  }, [there]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!live) props.start();
  };
  return (
    <form class="card" onSubmit={submit} aria-label="What to do">
      <label>
        Type
        <select id="type" value={wanted.type} onChange={({ currentTarget }) => set({ type: currentTarget.value as Name, target: "" })}>
          {possible.map((name) => (
            <option key={name} value={name}>
              {choice(name).words}
            </option>
          ))}
        </select>
      </label>
      {target && <Target key={wanted.type} {...props} label={target.label} needed={target.needed} set={(target) => set({ target })} />}
      <label>
        Backend
        <select id="backend" value={wanted.backend} disabled={live || wanted.type === "p2p"} onChange={({ currentTarget }) => set({ backend: currentTarget.value })}>
          <option value="">Chosen by the service</option>
          {backends?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        I send
        <select id="source" value={wanted.source} disabled={live || receivesOnly} onChange={({ currentTarget }) => set({ source: currentTarget.value as Source })}>
          <option value="generated">A generated picture and beeps</option>
          <option value="camera">Camera and microphone</option>
        </select>
      </label>
      <p class="bar">
        <button id="start" class="primary" disabled={live || busy || missing || settings.read_only}>
          Start
        </button>
        <Act id="change" disabled={!live || busy || missing || obstacle !== ""} onClick={props.setType}>
          Change type
        </Act>
      </p>
      {obstacle && <p class="quiet small">{obstacle}</p>}
      {settings.read_only && <p class="quiet small">This console is read-only: it can create no sessions.</p>}
    </form>
  );
}

function Target({ wanted, recorded, label, needed, set }: Props & { label: string; needed: boolean; set: (target: string) => void }) {
  const { value } = usePolled(() => suggestions(wanted.type, recorded), EVERY, [wanted.type, recorded]);
  return (
    <label>
      {label}
      <input
        id="target"
        list="targets"
        autocomplete="off"
        spellcheck={false}
        required={needed}
        value={wanted.target}
        onInput={({ currentTarget }) => set(currentTarget.value.trim())}
      />
      <datalist id="targets">
        {value?.map(({ id, words }) => (
          <option key={id} value={id} label={words} />
        ))}
      </datalist>
    </label>
  );
}

interface Suggestion {
  readonly id: string;
  readonly words: string;
}

async function suggestions(type: Name, recorded: readonly string[]): Promise<readonly Suggestion[]> {
  const { target } = choice(type);
  if (target?.of === "file") return recorded.map((id) => ({ id, words: "recorded here" }));
  if (target?.of === "room") {
    const { rooms } = await client.rooms.listRooms({ pageSize: SUGGESTIONS });
    return rooms.map(({ roomId, members }) => ({ id: roomId, words: `${members.length} members` }));
  }
  const filter = { types: [...(PARTNERS[type] ?? [])] };
  const { sessions } = await client.sessions.listSessions({ filter, pageSize: SUGGESTIONS });
  return sessions.map(({ sessionId, typeExt, backend }: Session) => ({
    id: sessionId,
    words: [typeExt?.roomId && `in room ${typeExt.roomId}`, backend && `on ${backend.name}`].filter(Boolean).join(" "),
  }));
}
