import { Code, ConnectError } from "@connectrpc/connect";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { ErrorReason } from "./gen/mediaplane/v1/types_pb.js";

/** Why the service failed a call or ended a session: a name of `ErrorReason`, as `SESSION_NOT_FOUND`. */
export type Reason = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** A field of a request that the service did not accept. */
export interface FieldViolation {
  /** The path of the field, as `type.publish.room_id`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/** A call that failed, in the words of the service where it gave them. Every call of the clients fails with this alone. */
export class MediaplaneError extends Error {
  override readonly name = "MediaplaneError";
  /** The gRPC code. */
  readonly code: Code;
  /**
   * Why, if the service itself said so. Not set where the call did not reach it, or a proxy before it answered.
   * A newer service may know more reasons than this client.
   */
  readonly reason: Reason | undefined;
  /** What the service adds to the reason: `backend`, `type` and `action` of `NOT_SUPPORTED`, for example. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields that were wrong. Empty if it was none. */
  readonly violations: readonly FieldViolation[];
  /** After how many milliseconds another try may help. Not set if none will. */
  readonly retryAfterMs: number | undefined;

  private constructor(cause: ConnectError) {
    super(cause.rawMessage, { cause });
    this.code = cause.code;
    const info = cause.findDetails(ErrorInfoSchema).find(({ domain }) => domain === "mediaplane");
    this.reason = info?.reason as Reason | undefined;
    this.metadata = info?.metadata ?? {};
    this.violations = cause
      .findDetails(BadRequestSchema)
      .flatMap(({ fieldViolations }) => fieldViolations)
      .map(({ field, description }) => ({ field, description }));
    const delay = cause.findDetails(RetryInfoSchema)[0]?.retryDelay;
    this.retryAfterMs = delay && durationMs(delay);
  }

  /** Whatever was thrown, as an error of this kind. */
  static from(thrown: unknown): MediaplaneError {
    return thrown instanceof MediaplaneError ? thrown : new MediaplaneError(ConnectError.from(thrown));
  }

  /** The name of the gRPC code, as `NOT_FOUND`. */
  get status(): string {
    return (Code[this.code] ?? "Unknown").replace(/(?<=[a-z])[A-Z]/g, "_$&").toUpperCase().replace("CANCELED", "CANCELLED");
  }

  /**
   * Whether the same call may succeed later: the service says so, or it was not the service that failed it. A call that is not
   * idempotent may have been done all the same.
   */
  get transient(): boolean {
    if (this.reason !== undefined) {
      return this.retryAfterMs !== undefined || this.code === Code.Unavailable;
    }
    return TRANSIENT.has(this.code);
  }

  /**
   * Whether the call failed on the way to the service or back.
   *
   * @internal
   */
  get disconnected(): boolean {
    return this.reason === undefined && DISCONNECTED.has(this.code);
  }
}

/** What transports make of a broken connection. */
const DISCONNECTED: ReadonlySet<Code> = new Set([Code.Canceled, Code.Unknown, Code.Aborted, Code.Internal, Code.Unavailable]);

/** What broken connections and proxies fail calls with. */
const TRANSIENT: ReadonlySet<Code> = new Set([...DISCONNECTED, Code.DeadlineExceeded, Code.ResourceExhausted, Code.DataLoss]);
