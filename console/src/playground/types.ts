/** The session types, as a person chooses among them. */
import { type Backend, BackendRole, BackendStatus, type Capability, MediaUpdateKind, RecorderActionKind, SessionKind } from "@mediaplane/web";
import { word } from "../words";
import type { SessionType } from "./call";

interface Choice {
  readonly kind: SessionKind;
  readonly words: string;
  /** What it needs or may have beside, and the field that it goes into. */
  readonly target?: { readonly label: string; readonly needed: boolean; readonly of: "session" | "room" | "file" };
  readonly receivesOnly?: boolean;
}

/** By the name that the API gives each. */
export const CHOICES = {
  echo: { kind: SessionKind.ECHO, words: "Echo: my own media comes back" },
  park: { kind: SessionKind.PARK, words: "Park: wait for somebody" },
  proxy: { kind: SessionKind.PROXY, words: "Proxy: call, and wait for a bridge" },
  bridge: { kind: SessionKind.BRIDGE, words: "Bridge: talk with a session", target: { label: "Session to talk with", needed: true, of: "session" } },
  publish: { kind: SessionKind.PUBLISH, words: "Publish: send into a room", target: { label: "Room (empty: a new one)", needed: false, of: "room" } },
  listen: { kind: SessionKind.LISTEN, words: "Listen: receive a publisher", target: { label: "Publisher’s session", needed: true, of: "session" }, receivesOnly: true },
  mcu: { kind: SessionKind.MCU, words: "Conference: mixed for all", target: { label: "Room (empty: a new one)", needed: false, of: "room" } },
  play: { kind: SessionKind.PLAY, words: "Play: a file is played to me", target: { label: "File or stream (URI)", needed: true, of: "file" }, receivesOnly: true },
  p2p: { kind: SessionKind.P2P, words: "Peer to peer: without a media server", target: { label: "Session to call (empty: wait)", needed: false, of: "session" } },
} as const satisfies Record<string, Choice>;

export type Name = keyof typeof CHOICES;

export function choice(name: Name): Choice {
  return CHOICES[name];
}

/** The type as the API takes it. */
export function sessionType(name: Name, target: string): SessionType {
  const values = {
    bridge: { peerId: target },
    p2p: { peerId: target },
    publish: { roomId: target, createRoom: target !== "" },
    mcu: { roomId: target },
    listen: { publisherId: target },
    play: { uri: target },
    echo: {},
    park: {},
    proxy: {},
  };
  return { kind: { case: name, value: values[name] } } as SessionType;
}

/** The sessions of these types are what a session of that type may name. */
export const PARTNERS: Partial<Record<Name, readonly SessionKind[]>> = {
  bridge: [SessionKind.PARK, SessionKind.PROXY, SessionKind.ECHO],
  listen: [SessionKind.PUBLISH],
  p2p: [SessionKind.P2P],
};

/** What the backend of this name, or the first that there is, can do with sessions of that type. */
export function capability(backends: readonly Backend[], backend: string, kind: SessionKind): Capability | undefined {
  const asked = backends.filter(({ name, status }) => (backend ? name === backend : status === BackendStatus.UP));
  return asked.flatMap(({ capabilities }) => capabilities).find(({ type }) => type === kind);
}

/** Whether this page makes the offer of such a session. */
export function offers(able: Capability | undefined, name: Name, target: string): boolean {
  if (name === "p2p") return target === "";
  return able === undefined || able.roles.includes(BackendRole.OFFEREE);
}

/** Why a live session of this kind cannot become one of that type; empty if it can. */
export function obstacle(able: Capability, backend: string, kind: SessionKind, name: Name): string {
  const wanted = choice(name).kind;
  if (able.setTypeTargets.includes(wanted) || (wanted === kind && !choice(name).target)) return "";
  return `A live ${word(SessionKind, kind)} session${backend && ` on ${backend}`} cannot be changed into that: hang up, and start anew.`;
}

/** What the buttons for a live session do not do here, in words; empty if they do all. */
export function lacks({ mediaUpdates, recorderActions }: Capability): string {
  const missing = [
    !mediaUpdates.includes(MediaUpdateKind.MUTE_AUDIO) && "mute audio",
    !mediaUpdates.includes(MediaUpdateKind.MUTE_VIDEO) && "mute video",
    !recorderActions.includes(RecorderActionKind.START) && "record",
  ].filter(Boolean);
  return missing.length === 0 ? "" : `Not possible here: ${missing.join(", ")}.`;
}
