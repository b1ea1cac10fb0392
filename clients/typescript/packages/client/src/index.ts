/**
 * Client of Mediaplane for Node, over gRPC.
 *
 * @module
 */
import type { SecureClientSessionOptions } from "node:http2";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { bearer, Client, type Token } from "@mediaplane/core";

export * from "@mediaplane/core";

/** How to reach the service. */
export interface ConnectOptions {
  /** Sent with each call as `authorization: Bearer …`, to whoever checks tokens before the service. It needs `https`. */
  readonly token?: Token;
  /** For `https`: `ca` to trust besides those of Node, `cert` and `key` to show, and whatever else `node:tls` knows. */
  readonly tls?: Pick<SecureClientSessionOptions, "ca" | "cert" | "key" | "passphrase" | "servername">;
  /** How long a call may take that says nothing else, in milliseconds. Default: until the service answers. */
  readonly timeoutMs?: number;
  /** After how long a silent connection with open calls is asked for a sign of life, in milliseconds. Default: 30,000. */
  readonly pingIntervalMs?: number;
}

/** A client over one HTTP/2 connection, which is opened when it is needed, and again when it breaks. */
export class NodeClient extends Client {
  readonly #connection: Http2SessionManager;

  /** See `connect`. */
  constructor(url: string | URL, options: ConnectOptions = {}) {
    const connection = new Http2SessionManager(url, { pingIntervalMs: options.pingIntervalMs ?? 30_000 }, options.tls);
    super(
      createGrpcTransport({
        baseUrl: String(url),
        sessionManager: connection,
        interceptors: options.token === undefined ? [] : [bearer(options.token, url)],
        ...(options.timeoutMs === undefined ? {} : { defaultTimeoutMs: options.timeoutMs }),
      }),
    );
    this.#connection = connection;
  }

  /** Ends all watches and closes the connection. Calls that still run fail. */
  override close(): void {
    super.close();
    this.#connection.abort();
  }
}

/**
 * A client of the service at this URL: `http://` in plain text, `https://` with TLS. Nothing is sent before the first call.
 *
 *     const client = connect("https://media.example.org", { token: process.env.TOKEN });
 */
export function connect(url: string | URL, options?: ConnectOptions): NodeClient {
  return new NodeClient(url, options);
}
