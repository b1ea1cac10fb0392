// Headless Chromium against a running service: people at examples/browser, and what that page has no button for.
//
// Prints the origin of the page, reads the service's address from a line of standard input, then prints one JSON object
// for each scene. The first that fails ends it with exit code 1 and all that the pages said on standard error.
// MODULES names the folder with the packages of the two package.json, CHROMIUM the browser, SCENES those that are
// wanted, with commas; without it all are.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, normalize, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Party } from "./party.mjs";
import { others, scenes } from "./scenes.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const MODULES = resolve(process.env.MODULES);
const { chromium } = createRequire(join(MODULES, "x.js"))("playwright-core");
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

/** Serves the repository, as `python3 -m http.server` does, with the packages where `npm install` puts them. */
async function serve() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    const inPackages = path.split("/node_modules/")[1];
    const inRoot = path.endsWith("/") ? `${path}index.html` : path;
    const file = inPackages ? join(MODULES, inPackages) : join(ROOT, inRoot);
    try {
      const body = await readFile(file);
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

/** A browser. Unless its people let pages use camera and microphone it hides its addresses behind names (mDNS). */
function launch(trusting) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--autoplay-policy=no-user-gesture-required",
      "--use-fake-device-for-media-stream",
      ...(trusting ? ["--use-fake-ui-for-media-stream"] : []),
    ],
  });
}

async function line() {
  const input = createInterface({ input: process.stdin });
  const { value } = await input[Symbol.asyncIterator]().next();
  process.stdin.destroy();
  return value;
}

async function play(scene, browsers, origin, service, done) {
  const parties = [];
  const sit = async ({ trusting = true, camera } = {}) => {
    const party = await Party.sitsDown(browsers[trusting], origin, service, camera);
    parties.push(party);
    return party;
  };
  try {
    return await scene(sit, done);
  } catch (error) {
    for (const party of parties) console.error(await party.everythingSaid());
    throw error;
  } finally {
    for (const party of parties) await party.leaves();
  }
}

const server = await serve();
const origin = `http://localhost:${server.address().port}`;
console.log(origin);
const service = await line();
const browsers = { true: await launch(true), false: await launch(false) };
const done = {};
for (const name of process.env.SCENES?.split(",") ?? Object.keys(scenes)) {
  try {
    done[name] = await play(scenes[name] ?? others[name], browsers, origin, service, done);
  } catch (error) {
    console.error(`${name}: ${error}`);
    process.exitCode = 1;
    break;
  }
  console.log(JSON.stringify({ scene: name, ...done[name] }));
}
for (const browser of Object.values(browsers)) await browser.close();
server.close();
