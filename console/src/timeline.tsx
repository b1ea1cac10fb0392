/** What happened to a session, in order. */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Event, MediaKind, PlayerState, RecordingState, SessionKind } from "@mediaplane/web";
import type { Happened } from "./live";
import { Empty, Problem } from "./parts";
import { redactCandidate, redactText } from "./redact";
import { after, clock, word } from "./words";

/** An event in a few words. Addresses are told only where they are `open`. */
export function described({ kind }: Event, open: boolean): string {
  const json = (body: unknown) => (body ? (open ? JSON.stringify(body) : redactText(JSON.stringify(body))) : "");
  switch (kind.case) {
    case "offer":
    case "answer":
      return `${kind.value.sdp.split("\n").filter((line) => line.startsWith("m=")).length} media, ${kind.value.trickleIce ? "candidates follow" : "with its candidates"}`;
    case "type":
      return word(SessionKind, kind.value.type);
    case "candidate":
      return open ? kind.value.candidate : redactCandidate(kind.value.candidate);
    case "status":
      return `${kind.value.class} ${json(kind.value.body)}`;
    case "info":
      return `${kind.value.info} ${json(kind.value.body)}`;
    case "mediaFlow":
      return `${word(MediaKind, kind.value.kind)} ${kind.value.flowing ? "arrives" : "stopped arriving"}`;
    case "recorder":
      return [word(RecordingState, kind.value.state), ...kind.value.files.map(({ uri }) => uri), kind.value.error].filter(Boolean).join(" ");
    case "player":
      return [word(PlayerState, kind.value.state), kind.value.uri, kind.value.error].filter(Boolean).join(" ");
    case "dtmf":
      return kind.value.digits;
    case "backendLost":
      return kind.value.message;
    case "destroyed":
      return [kind.value.reason, kind.value.message].filter(Boolean).join(": ");
    default:
      return "";
  }
}

/** The name of an event, as the API has it. */
export function named({ kind }: Event): string {
  return (kind.case ?? "unknown").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function Timeline({ events, missing, error, open, id }: Happened & { open: boolean; id?: string }) {
  const began = events[0]?.time;
  return (
    <>
      <Problem error={error} />
      {events.length === 0 && !error && <Empty>Nothing has happened yet: each event of the session is shown here as it comes.</Empty>}
      {missing > 0 && <p class="quiet small">{`${missing} earlier events are not kept any more.`}</p>}
      <div class="timeline" id={id} role="log" aria-label="Events" tabIndex={0}>
        <ol>
          {events.map((event) => (
            <li key={String(event.sequence)}>
              <time title={clock(event.time)}>{event.time && began ? after(timestampMs(event.time) - timestampMs(began)) : ""}</time>
              <b class={`event ${event.kind.case}`}>{named(event)}</b> <span>{described(event, open)}</span>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}
