import type { Interceptor, StreamResponse, Transport } from "@connectrpc/connect";
import type { DescMessage } from "@bufbuild/protobuf";
import { MediaplaneError } from "./errors.js";

/** A token, or what yields the one to use for the next call. */
export type Token = string | (() => string | Promise<string>);

/** Sends the token with each call, as `authorization: Bearer …`. */
export function bearer(token: Token): Interceptor {
  return (next) => async (request) => {
    const value = typeof token === "string" ? token : await token();
    request.header.set("authorization", `Bearer ${value}`);
    return next(request);
  };
}

/** The transport, failing with `MediaplaneError` alone. */
export function typed(transport: Transport): Transport {
  return {
    unary: (...call) => transport.unary(...call).catch(fail),
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

function fail(error: unknown): never {
  throw MediaplaneError.from(error);
}
