/**
 * Client of Mediaplane for browsers, over gRPC-Web.
 *
 * @module
 */
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { bearer, Client, type Token } from "@mediaplane/core";

export * from "@mediaplane/core";

/** How to reach the service. */
export interface ConnectOptions {
  /**
   * Sent with each call as `authorization: Bearer …`, to whoever checks tokens before the service. It needs `https`, or the
   * page's own origin.
   */
  readonly token?: Token;
  /** How long a call may take that says nothing else, in milliseconds. Default: until the service answers. */
  readonly timeoutMs?: number;
  /** In place of the browser's `fetch`: to send cookies, for example. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A client of the service at this URL, which is `/` where a page comes from the service's own origin. For pages of other
 * origins, the service has to name them in `grpc.cors_allowed_origins`.
 *
 *     const client = connect("https://media.example.org");
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Client {
  return new Client(
    createGrpcWebTransport({
      baseUrl: String(url),
      interceptors: options.token === undefined ? [] : [bearer(options.token, url)],
      ...(options.timeoutMs === undefined ? {} : { defaultTimeoutMs: options.timeoutMs }),
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    }),
  );
}
