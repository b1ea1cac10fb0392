import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type Event,
  type Gap,
  type Snapshot,
  type WatchEventsRequest,
  WatchEventsRequest_RoomIdsSchema as RoomIds,
  WatchEventsRequest_SessionIdsSchema as SessionIds,
  WatchEventsRequestSchema,
  type WatchEventsResponse,
} from "./gen/mediaplane/v1/event_pb.js";

/** One item of a watch: an event, a gap or a snapshot, told apart by `case`. */
export type WatchItem = Exclude<WatchEventsResponse["item"], { case: undefined }>;

/** How many sessions and rooms that have ended are remembered at least, until they are old enough to be forgotten. */
const KEPT = 10_000;
/** How long those are remembered, in milliseconds: longer than a watch tries to go on. */
const KEPT_FOR_MS = 600_000;

/** How far a watch has come: what it need not be told again, and what to ask for when its stream breaks. */
export class Progress {
  readonly #request: WatchEventsRequest;
  /** The last number that was told, of each session and room. */
  readonly #told = new Map<string, bigint>();
  /** When sessions and rooms ended, in milliseconds of the service's clock. */
  readonly #ended = new Map<string, number>();
  /** An event of something unknown that happened before this was told and is forgotten, or it is not to be told. */
  #floor: number | undefined;

  constructor(request: MessageInitShape<typeof WatchEventsRequestSchema>) {
    this.#request = create(WatchEventsRequestSchema, request);
  }

  /**
   * Whether there is nothing more to come: each session that was asked for has ended, and that was told. Of a room there is
   * always more, since its sessions end after it.
   */
  get complete(): boolean {
    const { scope } = this.#request;
    return scope.case === "sessionIds" && scope.value.ids.length > 0 && this.#open(scope.value.ids).length === 0;
  }

  /** Whether there is always more to come: only a watch of sessions by their ids has an end. */
  get endless(): boolean {
    return this.#request.scope.case !== "sessionIds";
  }

  /**
   * What to ask for now. The service counts the events of each session and room by themselves: of several sessions, those
   * are asked for that the one which was told the least lacks. `pass` drops what was told.
   */
  request(): WatchEventsRequest {
    if (this.#told.size === 0) return this.#request;
    const { scope } = this.#request;
    const request = { ...this.#request, snapshot: false, fromNow: false };
    if (scope.case === "sessionIds") {
      const ids = this.#open(scope.value.ids);
      for (const [index, id] of ids.entries()) {
        const told = this.#told.get(`sessionId:${id}`) ?? this.#request.afterSequence;
        if (index === 0 || told < request.afterSequence) request.afterSequence = told;
      }
      request.scope = { case: scope.case, value: create(SessionIds, { ids }) };
    } else if (scope.case === "roomIds") {
      const ids = this.#open(scope.value.ids, "roomId");
      if (ids.length > 0) request.scope = { case: scope.case, value: create(RoomIds, { ids }) };
    }
    return create(WatchEventsRequestSchema, request);
  }

  /** The item as the watcher is told it. Nothing if it was told before. */
  pass(item: WatchItem): WatchItem | undefined {
    switch (item.case) {
      case "event":
        return this.#event(item.value) ? item : undefined;
      case "gap":
        return this.#gap(item.value) ? item : undefined;
      case "snapshot":
        this.#snapshot(item.value);
        return item;
    }
  }

  #event(event: Event): boolean {
    const subject = key(event.subject);
    const told = this.#told.get(subject);
    const time = event.time ? timestampMs(event.time) : 0;
    if (told === undefined ? time < (this.#floor ?? 0) : event.sequence <= told) return false;
    if (this.#request.fromNow) this.#floor ??= time;
    this.#told.set(subject, event.sequence);
    if (event.kind.case === "destroyed" || event.kind.case === "roomDestroyed") this.#end(subject, time);
    return true;
  }

  #end(subject: string, time: number): void {
    this.#ended.set(subject, time);
    if (this.#ended.size <= KEPT) return;
    for (const [old, ended] of this.#ended) {
      if (ended >= time - KEPT_FOR_MS) break;
      this.#ended.delete(old);
      this.#told.delete(old);
      this.#floor = Math.max(this.#floor ?? 0, ended + 1);
    }
  }

  /** Cuts off the gap what was told before it opened. */
  #gap(gap: Gap): boolean {
    const subject = key(gap.subject);
    const told = this.#told.get(subject) ?? 0n;
    if (gap.lastMissed <= told) return false;
    if (gap.firstMissed <= told) gap.firstMissed = told + 1n;
    this.#told.set(subject, gap.lastMissed);
    return true;
  }

  #snapshot({ sequence, state }: Snapshot): void {
    if (state.case === undefined) return;
    const subject = state.case === "session" ? `sessionId:${state.value.sessionId}` : `roomId:${state.value.roomId}`;
    if (sequence > (this.#told.get(subject) ?? 0n)) this.#told.set(subject, sequence);
  }

  /** Those of the ids that have not ended. */
  #open(ids: string[], kind: "sessionId" | "roomId" = "sessionId"): string[] {
    return ids.filter((id) => !this.#ended.has(`${kind}:${id}`));
  }
}

/** What tells sessions and rooms apart. */
function key(subject: Event["subject"]): string {
  return `${subject.case}:${subject.value}`;
}
