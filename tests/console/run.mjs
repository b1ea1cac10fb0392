// Headless Chromium at the console of a running service, by clicks.
//
// Prints one JSON object for each scene. One that fails ends it with exit code 1 and all that the pages showed on
// standard error. CONSOLE and READ_ONLY are the addresses of two services, MODULES names the folder with the packages,
// CHROMIUM the browser, SHOTS the folder for pictures of the pages, SCENES those that are wanted, with commas.
import { mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { scenes } from "./scenes.mjs";
import { trouble } from "./trouble.mjs";
import { Visitor } from "./visitor.mjs";

const { CONSOLE, READ_ONLY, MODULES, CHROMIUM, SHOTS, SCENES } = process.env;
const { chromium } = createRequire(join(resolve(MODULES), "x.js"))("playwright-core");

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
  ],
});
await rm(SHOTS, { recursive: true, force: true });
await mkdir(SHOTS, { recursive: true });
const tools = { axe: await readFile(join(MODULES, "axe-core/axe.min.js"), "utf8"), shots: SHOTS };

const all = { ...scenes, ...trouble };

async function play(scene) {
  const visitors = [];
  const comes = async (origin = CONSOLE) => {
    visitors.push(await Visitor.comes(browser, origin, tools));
    return visitors.at(-1);
  };
  try {
    const yielded = await scene(comes, { console: CONSOLE, readOnly: READ_ONLY });
    const wrongs = visitors.flatMap((visitor) => visitor.wrongs);
    if (wrongs.length > 0) throw new Error(`what must not be:\n${wrongs.join("\n")}`);
    return yielded;
  } catch (error) {
    for (const visitor of visitors) {
      console.error(await visitor.everythingSaid());
      await visitor.shoots(`failed-${visitors.indexOf(visitor)}`);
    }
    throw error;
  } finally {
    for (const visitor of visitors) await visitor.leaves();
  }
}

/** Plays these one after the other, until one fails. */
async function playEach(names) {
  for (let name = names.shift(); name && !process.exitCode; name = names.shift()) {
    const begun = performance.now();
    try {
      const yielded = await play(all[name]);
      console.log(JSON.stringify({ scene: name, ms: Math.round(performance.now() - begun), ...yielded }));
    } catch (error) {
      console.error(`${name}: ${error}`);
      process.exitCode = 1;
    }
  }
}

const wanted = (names) => names.filter((name) => SCENES?.split(",").includes(name) ?? true);
const [first, last] = [["empty"], ["drain"]];
const others = wanted(Object.keys(all).filter((name) => !first.includes(name) && !last.includes(name)));
await playEach(wanted(first));
// Scenes wait more than they work: two at a time, but for those that all others would be in the way of.
await Promise.all([playEach(others), playEach(others)]);
await playEach(wanted(last));
await browser.close();
