// Plays the scenarios that all clients of Mediaplane share, through one of the packages.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BackendService, fromJson, MediaplaneError, RoomService, SessionService, toJson } from "@mediaplane/core";
import { EventSchema, WatchEventsRequestSchema } from "@mediaplane/core";
import { Recorded } from "./recorded.js";
import { filled, matches, picked } from "./values.js";

const SERVICES = { SessionService, RoomService, BackendService };
const STUBS = { SessionService: "sessions", RoomService: "rooms", BackendService: "backends" };
const KINDS = {
  call: ["request", "expect", "save", "error"],
  watch: ["request"],
  events: ["expect", "within"],
  cut: [],
  close: [],
};

/** Makes a test of each scenario; `connect` yields a client of the service at a URL. */
export function play(connect) {
  const { scenarios } = JSON.parse(readFileSync(variable("MEDIAPLANE_TEST_SCENARIO"), "utf8"));
  assert.ok(scenarios.length > 0, "there are scenarios");
  for (const { name, steps } of scenarios) {
    test(name, { timeout: 60_000 }, async () => {
      const client = connect(`http://${variable("MEDIAPLANE_TEST_TARGET")}`);
      const run = new Run(client);
      try {
        for (const [index, step] of steps.entries()) {
          await run.step(step).catch((error) => {
            throw new Error(`step ${index} of ${name}, ${JSON.stringify(step)}: ${error.message}`, { cause: error });
          });
        }
      } finally {
        await run.end();
        client.close();
      }
    });
  }
}

class Run {
  names = { run: randomBytes(4).toString("hex") };
  watches = new Map();

  constructor(client) {
    this.client = client;
  }

  async step(step) {
    const kind = Object.keys(KINDS).find((key) => key in step);
    assert.ok(kind, "a known kind of step");
    const unknown = Object.keys(step).filter((key) => key !== kind && !KINDS[kind].includes(key));
    assert.deepEqual(unknown, [], "no unknown keys");
    await this[kind](filled(step, this.names));
  }

  async call({ call, request = {}, expect = {}, save = {}, error }) {
    const [service, name] = call.split(".");
    const method = SERVICES[service].methods.find((method) => method.name === name);
    assert.ok(method, "a known method");
    const sent = this.client[STUBS[service]][method.localName](fromJson(method.input, request));
    if (error) {
      refused(await sent.then(() => assert.fail("it must fail"), (thrown) => thrown), error);
      return;
    }
    const reply = toJson(method.output, await sent, { alwaysEmitImplicit: true });
    matches(reply, expect);
    for (const [key, path] of Object.entries(save)) this.names[key] = picked(reply, path);
  }

  watch({ watch, request }) {
    assert.ok(!this.watches.has(watch), "one watch a name");
    const wanted = fromJson(WatchEventsRequestSchema, request);
    this.watches.set(watch, new Recorded(this.client.watch(wanted), wanted));
  }

  async events({ events, expect, within = "10s" }) {
    const [, amount, unit] = /^(\d+)(ms|s)$/.exec(within);
    const until = performance.now() + amount * (unit === "s" ? 1000 : 1);
    for (const one of expect) {
      await this.watches.get(events).next(until, (event) => {
        matches(toJson(EventSchema, event, { alwaysEmitImplicit: true }), one);
      });
    }
  }

  async cut() {
    const answer = await fetch(variable("MEDIAPLANE_TEST_CUT"));
    await answer.text();
    assert.ok(answer.ok, `the line is cut: ${answer.status}`);
  }

  async close({ close }) {
    const watch = this.watches.get(close);
    assert.ok(watch, "a known watch");
    this.watches.delete(close);
    await watch.close();
  }

  async end() {
    await Promise.all([...this.watches.values()].map((watch) => watch.close()));
  }
}

function refused(thrown, { code, reason, field, retry, ...unknown }) {
  assert.ok(thrown instanceof MediaplaneError, `a typed error: ${thrown}`);
  assert.deepEqual(unknown, {}, "no unknown keys");
  assert.deepEqual({ code: thrown.status, reason: thrown.reason }, { code, reason }, thrown.message);
  if (field) assert.ok(thrown.violations.some((one) => one.field === field), JSON.stringify(thrown.violations));
  if (retry) assert.ok(thrown.retryAfterMs > 0, "a delay for another try");
}

export function variable(name) {
  return process.env[name] ?? assert.fail(`${name} is not set: tests/clients.rs runs this against a service`);
}
