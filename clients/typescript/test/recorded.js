import assert from "node:assert/strict";

/** A watch that is read all the time, and checked: within each session and room no event is missing or told again. */
export class Recorded {
  #events = [];
  #last = new Map();
  #changed = deferred();
  #failed;
  #done;
  #request;

  constructor(watch, request) {
    this.watch = watch;
    this.#request = request;
    this.#done = this.#read().catch((error) => (this.#failed = error)).finally(() => this.#change());
  }

  async #read() {
    for await (const item of this.watch) {
      assert.notEqual(item.case, "gap", "nothing is missing");
      if (item.case !== "event") continue;
      this.#follow(item.value);
      this.#events.push(item.value);
      this.#change();
    }
    this.ended = true;
  }

  #follow({ subject, sequence }) {
    const { scope, afterSequence } = this.#request;
    // Sessions come into a room that is watched in the midst of their lives.
    const entered = scope.case === "roomIds" && subject.case === "sessionId" && !this.#last.has(subject.value);
    const last = this.#last.get(subject.value) ?? afterSequence;
    if (!entered) assert.equal(sequence, last + 1n, `the next event of ${subject.value}`);
    this.#last.set(subject.value, sequence);
  }

  #change() {
    this.#changed.resolve();
    this.#changed = deferred();
  }

  /** Waits for the next event that passes the check; others are skipped. */
  async next(until, check) {
    let last = new Error("no event came");
    for (;;) {
      if (this.#failed) throw this.#failed;
      for (let event; (event = this.#events.shift()); ) {
        try {
          return check(event);
        } catch (error) {
          last = error;
        }
      }
      const left = until - performance.now();
      if (left <= 0 || this.ended) throw new Error(`no such event; the last: ${last.message}`, { cause: last });
      let timer;
      await Promise.race([this.#changed.promise, new Promise((resolve) => (timer = setTimeout(resolve, left)))]);
      clearTimeout(timer);
    }
  }

  /** Ends the watch; fails if it failed. */
  async close() {
    this.watch.close();
    await this.#done;
    if (this.#failed) throw this.#failed;
  }
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
