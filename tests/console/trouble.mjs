// What people see when there is very much, or when something is in the way.
import { Door } from "./door.mjs";
import { holds } from "./scenes.mjs";

/** What a browser itself says of each call that fails. */
const REFUSED = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING/;
const UNAUTHORIZED = /401/;

export const trouble = {
  /** A thousand sessions, a page at a time. */
  async crowd(comes, { readOnly }) {
    const olga = await comes(readOnly);
    const { page } = olga;
    let asked = 0;
    page.on("request", (request) => request.url().endsWith("/ListSessions") && asked++);
    await olga.opens("Sessions");
    const ids = new Set();
    let pages = 0;
    for (let more = true; more; ) {
      pages += 1;
      await page.waitForSelector(`nav >> text="Page ${pages}"`);
      await page.waitForSelector("[aria-busy=false] tbody tr");
      const shown = await page.locator("tbody tr a.id").evaluateAll((links) => links.map(({ title }) => title));
      holds(shown.length <= 25, `${shown.length} rows at a time`);
      for (const id of shown) ids.add(id);
      if (pages === 1) await olga.shoots("crowd");
      more = await page.locator("button:text-is('Next')").isEnabled();
      if (more) await page.click("button:text-is('Next')");
    }
    holds(ids.size === 1000 && pages === 40, `${ids.size} sessions on ${pages} pages`);
    holds(asked < 3 * pages, `asked ${asked} times for ${pages} pages`);
    await page.click("button:text-is('Previous')");
    await page.waitForSelector(`text="Page ${pages - 1}"`);
    return { pages, asked };
  },

  /** More events than the service keeps; and a session that is none. */
  async history(comes, { readOnly }) {
    const { page, origin } = await comes(readOnly);
    await page.goto(`${origin}/#/session/caller-0`);
    await page.waitForSelector('.timeline li:has-text("word-299")');
    const words = await page.locator("text=/\\d+ earlier events are not kept/").textContent();
    const kept = await page.locator(".timeline li").count();
    // The 300 words come after the event that it was created.
    holds(Number.parseInt(words) + kept === 301, `${words}, ${kept} shown`);
    await page.goto(`${origin}/#/session/nobody`);
    await page.waitForSelector(".empty:has-text('no session of this id')");
    return { kept };
  },

  /** The way to the service is cut, and then it is there again; then it is another. */
  async restart(comes, { console: address, readOnly }) {
    const door = await Door.to(address);
    const [alice, olga] = [await comes(door.origin), await comes(door.origin)];
    for (const one of [alice, olga]) one.bears = REFUSED;
    const session = await alice.starts("echo", { backend: "embedded" });
    await olga.page.goto(`${door.origin}/#/session/${session}`);
    await olga.page.waitForSelector(".timeline li:has-text('video arrives')");
    await door.shuts();
    for (const one of [alice, olga]) await one.isNoticed("does not answer");
    await olga.shows("lost");
    await alice.sees();
    await door.opens(address);
    for (const one of [alice, olga]) await one.isNoticed("answers again");
    await alice.chooses("park");
    await alice.page.click("#change:enabled");
    await olga.page.waitForSelector(".timeline li:has(.event:text-is('type')):has-text('park')");
    const events = await olga.page.locator(".timeline .event").allTextContents();
    holds(events.filter((event) => event === "created").length === 1, `told twice: ${events}`);

    await door.shuts();
    await alice.isNoticed("does not answer");
    await door.opens(readOnly);
    await alice.isNoticed("another version or other rights");
    await alice.page.waitForSelector("text=The session has ended");
    await alice.page.click("text=Load the page again");
    await alice.page.waitForSelector("header >> text=read-only");
    await door.shuts();
    return { events: events.length };
  },

  /** A proxy lets in whoever has a token. */
  async token(comes, { console: address }) {
    const door = await Door.to(address, "first");
    const alice = await comes(door.origin);
    const { page } = alice;
    alice.bears = UNAUTHORIZED;
    await page.goto(door.origin);
    await page.waitForSelector("#token");
    await alice.shows("token");
    await tells(page, "wrong");
    await page.waitForSelector("[role=alert]:has-text('was not accepted')");
    await tells(page, "first");
    await alice.starts("echo", { backend: "embedded" });
    await alice.sees();
    // It expires while she talks, and the call goes on.
    door.token = "second";
    await page.waitForSelector("#token");
    await alice.sees();
    await tells(page, "second");
    await page.waitForSelector("#token", { state: "detached" });
    await alice.hangsUp();
    await page.reload();
    await page.waitForSelector("#start:enabled");
    holds(await page.evaluate(() => localStorage.length === 0 && document.cookie === ""), "it is kept for longer than the tab");
    holds(!door.asked.some((url) => /first|second|wrong/.test(url)), `it is in an address: ${door.asked}`);
    const bob = await comes(door.origin);
    bob.bears = UNAUTHORIZED;
    await bob.page.goto(door.origin);
    await bob.page.waitForSelector("#token");
    await alice.page.goto("about:blank");
    await bob.page.goto("about:blank");
    await door.shuts();
  },
};

async function tells(page, token) {
  await page.fill("#token", token);
  await page.click("button:text-is('Go on')");
}
