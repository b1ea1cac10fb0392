// Headless Chromium at the console of a running service, by clicks.
//
// Prints one JSON object for each scene. The first that fails ends it with exit code 1 and all that the pages showed on
// standard error. CONSOLE and READ_ONLY are the addresses of two services, MODULES names the folder with the packages,
// CHROMIUM the browser, SHOTS the folder for pictures of the pages, SCENES those that are wanted, with commas.
import { mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { scenes } from "./scenes.mjs";
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

async function play(scene, done) {
  const visitors = [];
  const comes = async (origin = CONSOLE) => {
    visitors.push(await Visitor.comes(browser, origin, tools));
    return visitors.at(-1);
  };
  try {
    const yielded = await scene(comes, done, READ_ONLY);
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

const done = {};
for (const name of SCENES?.split(",") ?? Object.keys(scenes)) {
  const begun = performance.now();
  try {
    done[name] = await play(scenes[name], done);
  } catch (error) {
    console.error(`${name}: ${error}`);
    process.exitCode = 1;
    break;
  }
  console.log(JSON.stringify({ scene: name, ms: Math.round(performance.now() - begun), ...done[name] }));
}
await browser.close();
