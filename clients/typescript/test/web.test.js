import { readFileSync } from "node:fs";
import { request } from "node:https";
import { Readable } from "node:stream";
import { Code, connect } from "@mediaplane/web";
import { play, variable } from "./runner.js";
import { playSecured } from "./secured.js";

const ca = readFileSync(variable("MEDIAPLANE_TEST_CA"));

/** As much of `fetch` as the client uses, and trusts the authority of the proxy: the one of Node knows only those of Node. */
function trusting(url, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, method, headers: Object.fromEntries(headers), signal }, (reply) => {
      resolve(new Response(Readable.toWeb(reply), { status: reply.statusCode, headers: reply.headers }));
    });
    sent.on("error", reject).end(body);
  });
}

play(connect);
playSecured(connect, { fetch: trusting }, Code.Unknown);
