import { createClient, type Client as Stub, type Transport } from "@connectrpc/connect";
import { BackendService } from "./gen/mediaplane/v1/backend_pb.js";
import { RoomService } from "./gen/mediaplane/v1/room_pb.js";
import { SessionService } from "./gen/mediaplane/v1/session_pb.js";
import { typed } from "./transport.js";
import { Watch, type WatchOptions, type WatchRequest } from "./watch.js";

/** The three services of Mediaplane over one connection. Their calls fail with `MediaplaneError`. */
export class Client {
  /** Creates and controls sessions. */
  readonly sessions: Stub<typeof SessionService>;
  /** Makes, shows and destroys rooms. */
  readonly rooms: Stub<typeof RoomService>;
  /** Shows the media servers, and takes them out of service and back. */
  readonly backends: Stub<typeof BackendService>;

  readonly #closed = new AbortController();

  /** A client over any transport of Connect. `connect` of the package for your platform makes the usual one. */
  constructor(transport: Transport) {
    const calls = typed(transport);
    this.sessions = createClient(SessionService, calls);
    this.rooms = createClient(RoomService, calls);
    this.backends = createClient(BackendService, calls);
  }

  /**
   * Watches what happens, over broken connections too. It starts when it is iterated:
   *
   *     for await (const item of client.watch({ scope: { case: "all", value: {} } })) {
   *       if (item.case === "event") console.log(item.value.kind.case);
   *     }
   */
  watch(request: WatchRequest, options?: WatchOptions): Watch {
    return new Watch((...call) => this.sessions.watchEvents(...call), this.#closed.signal, request, options);
  }

  /** Ends all watches. */
  close(): void {
    this.#closed.abort();
  }
}
