import type { Interceptor, StreamResponse, Transport } from "@connectrpc/connect";
import type { DescMessage } from "@bufbuild/protobuf";
import { MediaplaneError } from "./errors.js";

/** A token, or what yields the one to use for the next call. */
export type Token = string | (() => string | Promise<string>);

/** Sends the token with each call to the service at this URL, as `authorization: Bearer …`. Throws if that is plain text. */
export function bearer(token: Token, url: string | URL): Interceptor {
  if (/^http:/i.test(String(url))) {
    throw new TypeError("a token is not sent in plain text, where others could read it: use https, or leave the token out");
  }
  return (next) => async (request) => {
    const value = typeof token === "string" ? token : await token();
    request.header.set("authorization", `Bearer ${value}`);
    return next(request);
  };
}

/** How often a call that only reads is tried, and the wait before the second try in milliseconds, which doubles with each. */
const READ_TRIES = 4;
const READ_DELAY_MS = 100;

/** The transport, failing with `MediaplaneError` alone. Calls that only read are tried again when the connection breaks. */
export function typed(transport: Transport): Transport {
  return {
    async unary(...call) {
      const [method, signal] = call;
      const tries = /^(Get|List)/.test(method.name) ? READ_TRIES : 1;
      for (let tried = 1; ; tried += 1) {
        try {
          return await transport.unary(...call);
        } catch (thrown) {
          const error = MediaplaneError.from(thrown);
          if (tried === tries || signal?.aborted || !error.disconnected) throw error;
        }
        await pause(READ_DELAY_MS * 2 ** (tried - 1), signal);
      }
    },
    async stream(...call) {
      const response = await transport.stream(...call).catch(fail);
      return { ...response, message: messages(response) };
    },
  };
}

async function* messages<I extends DescMessage, O extends DescMessage>(response: StreamResponse<I, O>) {
  try {
    yield* response.message;
  } catch (error) {
    fail(error);
  }
}

/** Waits so many milliseconds, less if the signal comes. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, signal?.aborted ? 0 : delayMs);
    signal?.addEventListener("abort", end);
  });
}

/** The promise, or nothing as soon as the signal comes: implementations of `fetch` may forget a read that is aborted as it ends. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = () => resolve(undefined);
    signal.addEventListener("abort", end);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
    if (signal.aborted) end();
  });
}

function fail(error: unknown): never {
  throw MediaplaneError.from(error);
}
