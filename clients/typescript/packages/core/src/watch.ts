import type { MessageInitShape } from "@bufbuild/protobuf";
import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { MediaplaneError } from "./errors.js";
import type { WatchEventsRequest, WatchEventsRequestSchema, WatchEventsResponse } from "./gen/mediaplane/v1/event_pb.js";
import { Progress, type WatchItem } from "./progress.js";
import { pause, unlessAborted } from "./transport.js";

/** What to watch: the request of `WatchEvents`. */
export type WatchRequest = MessageInitShape<typeof WatchEventsRequestSchema>;

/** How a watch goes on when its stream breaks. */
export interface WatchOptions {
  /** The wait before the first new try, in milliseconds; it doubles with each. Default: 100. */
  readonly minDelayMs?: number;
  /** The longest wait between two tries, in milliseconds. Default: 5,000. */
  readonly maxDelayMs?: number;
  /**
   * How long to try, in milliseconds, until the watch fails. Default: 300,000, for which a service keeps the events of sessions
   * that have ended, unless it is configured otherwise.
   */
  readonly giveUpAfterMs?: number;
  /** Told of each broken stream, and of the wait before the next try, in milliseconds. */
  readonly onRetry?: (error: MediaplaneError, delayMs: number) => void;
}

type Call = (request: WatchEventsRequest, options: CallOptions) => AsyncIterable<WatchEventsResponse>;

/**
 * The events of sessions and rooms, in order, each once. When its stream breaks, it opens another and goes on after the last
 * event that it has told. It ends once each session that was asked for has ended, and fails with what the service fails for
 * good. A `gap` tells of events that the service no longer has, and a `snapshot` follows.
 */
export class Watch implements AsyncIterable<WatchItem> {
  readonly #call: Call;
  readonly #progress: Progress;
  readonly #options: Required<Omit<WatchOptions, "onRetry">> & WatchOptions;
  readonly #own = new AbortController();
  readonly #closed: AbortSignal;

  /**
   * See `Client.watch`. The signal closes the watch, as `close` does.
   *
   * @internal
   */
  constructor(call: Call, closed: AbortSignal, request: WatchRequest, options: WatchOptions = {}) {
    this.#call = call;
    this.#closed = AbortSignal.any([closed, this.#own.signal]);
    this.#progress = new Progress(request);
    this.#options = { minDelayMs: 100, maxDelayMs: 5_000, giveUpAfterMs: 300_000, ...options };
  }

  /** Ends the watch, and whoever iterates it. */
  close(): void {
    this.#own.abort();
  }

  /** The items. Leaving the loop closes the watch, so that it is iterated once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WatchItem, void, undefined> {
    const signal = this.#closed;
    const trials = new Trials(this.#options);
    try {
      while (!signal.aborted && !this.#progress.complete) {
        trials.begin();
        try {
          const stream = this.#call(this.#progress.request(), { signal, timeoutMs: 0 })[Symbol.asyncIterator]();
          for (;;) {
            const next = await unlessAborted(stream.next(), signal);
            if (!next) return;
            if (next.done) break;
            trials.succeed();
            const { item } = next.value;
            const told = item.case && this.#progress.pass(item);
            if (told) yield told;
          }
          if (!this.#progress.endless) return;
          throw stopped();
        } catch (thrown) {
          if (signal.aborted || this.#progress.complete) return;
          await this.#pause(trials, MediaplaneError.from(thrown));
        }
      }
    } finally {
      this.close();
    }
  }

  async #pause(trials: Trials, error: MediaplaneError): Promise<void> {
    const delay = error.transient ? trials.fail(error.retryAfterMs ?? 0) : undefined;
    if (delay === undefined) throw error;
    this.#options.onRetry?.(error, delay);
    await pause(delay, this.#closed);
  }
}

/** A watch that has no end was ended. */
function stopped(): ConnectError {
  return new ConnectError("the service has ended the stream, as it does when it stops", Code.Unavailable);
}

/** The waits between tries: they double, are spread at random, and end. */
class Trials {
  #failed = 0;
  #firstFailure = 0;
  #began = 0;

  constructor(readonly options: Required<Omit<WatchOptions, "onRetry">>) {}

  begin(): void {
    this.#began = performance.now();
  }

  succeed(): void {
    this.#failed = 0;
  }

  /** How long to wait now, in milliseconds. Nothing if it is time to give up. */
  fail(atLeast: number): number | undefined {
    const { minDelayMs, maxDelayMs, giveUpAfterMs } = this.options;
    const now = performance.now();
    // A stream that stood longer than any wait was a success, even if nothing happened meanwhile.
    if (now - this.#began > maxDelayMs) this.#failed = 0;
    if (this.#failed === 0) this.#firstFailure = now;
    if (now - this.#firstFailure > giveUpAfterMs) return undefined;
    const delay = Math.min(maxDelayMs, minDelayMs * 2 ** this.#failed) * (0.5 + Math.random() / 2);
    this.#failed += 1;
    return Math.min(Math.max(delay, atLeast), maxDelayMs);
  }
}
