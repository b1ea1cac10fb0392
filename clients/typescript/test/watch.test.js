// How a watch ends, with a service that is played by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectError, createRouterTransport } from "@connectrpc/connect";
import { Client, Code, SessionService } from "@mediaplane/core";

const everything = { scope: { case: "all", value: {} } };
const quick = { minDelayMs: 1, maxDelayMs: 1 };

/** A client of a service that answers each watch with the next of these streams. */
function played(...streams) {
  const watchEvents = () => streams.shift()();
  return new Client(createRouterTransport(({ service }) => service(SessionService, { watchEvents })));
}

function happened(id) {
  return { item: { case: "event", value: { subject: { case: "sessionId", value: id }, sequence: 1n } } };
}

test("a watch of everything goes on after the service has stopped", async () => {
  const client = played(
    async function* () {
      yield happened("a");
    },
    async function* () {
      yield happened("b");
      throw new ConnectError("enough", Code.InvalidArgument);
    },
  );
  const told = [];
  const watching = async () => {
    for await (const item of client.watch(everything, quick)) told.push(item.value.subject.value);
  };
  await assert.rejects(watching, { code: Code.InvalidArgument });
  assert.deepEqual(told, ["a", "b"]);
});

test("a watch ends when its client is closed, and when it waits for another try", { timeout: 10_000 }, async () => {
  const broken = async function* () {
    throw new ConnectError("broken", Code.Unavailable);
  };
  const client = played(broken);
  const onRetry = () => setImmediate(() => client.close());
  for await (const item of client.watch(everything, { minDelayMs: 3_600_000, maxDelayMs: 3_600_000, onRetry })) {
    assert.fail(`nothing to tell: ${item.case}`);
  }
});
