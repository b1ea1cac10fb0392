// What both packages do by TLS and with a token.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, MediaplaneError } from "@mediaplane/core";
import { variable } from "./runner.js";

const TOKEN = variable("MEDIAPLANE_TEST_TOKEN");
const NOBODY = { case: "sessionIds", value: { ids: ["nobody"] } };
const EVERYTHING = { case: "all", value: {} };

/** `trusting` has the options of `connect` that make it trust the authority of the proxy, `unreached` the code where it does not. */
export function playSecured(connect, trusting, unreached) {
  const url = `https://${variable("MEDIAPLANE_TEST_TLS_TARGET")}`;

  /** Makes a test with a client of the service behind TLS. */
  function secured(name, options, check) {
    test(name, { timeout: 20_000 }, async () => {
      const client = connect(url, options);
      await check(client).finally(() => client.close());
    });
  }

  for (const [kind, token] of Object.entries({ text: TOKEN, function: () => TOKEN, promise: async () => TOKEN })) {
    secured(`a token that is a ${kind}`, { ...trusting, token }, async (client) => {
      const { backends } = await client.backends.listBackends({});
      assert.ok(backends.length > 0, "there are media servers");
      assert.equal((await watched(client, NOBODY)).reason, "SESSION_NOT_FOUND");
    });
  }

  for (const [kind, options, words] of [["no", {}, /./], ["a wrong", { token: "wrong" }, /get a new one/]]) {
    secured(`${kind} token is told`, { ...trusting, ...options }, async (client) => {
      for (const error of [await called(client), await watched(client, EVERYTHING)]) {
        assert.deepEqual([error.status, error.reason, error.transient], ["UNAUTHENTICATED", undefined, false], error.message);
        assert.match(error.message, words);
      }
    });
  }

  secured("a token that cannot be had fails the call", { ...trusting, token: locked }, async (client) => {
    assert.match((await called(client)).message, /the vault is locked/);
  });

  secured("an unknown authority is refused", { token: TOKEN }, async (client) => {
    const error = await called(client);
    assert.deepEqual([Code[error.code], error.reason], [Code[unreached], undefined], error.message);
    assert.match(`${error.message} ${error.cause} ${error.cause.cause?.cause}`, /certificate/);
  });

  test("a token is not sent in plain text", () => {
    assert.throws(() => connect("http://media.example.org", { token: TOKEN }), /https/);
  });
}

async function locked() {
  throw new Error("the vault is locked");
}

async function called(client) {
  return client.backends.listBackends({}).then(() => assert.fail("it must fail"), typed);
}

async function watched(client, scope) {
  const watch = client.watch({ scope }, { onRetry: (error) => assert.fail(`another try after ${error}`) });
  return watch[Symbol.asyncIterator]().next().then(() => assert.fail("nothing to tell"), typed);
}

function typed(thrown) {
  assert.ok(thrown instanceof MediaplaneError, `a typed error: ${thrown}`);
  return thrown;
}
