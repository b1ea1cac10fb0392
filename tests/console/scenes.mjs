// What people do at the console, and what must come of it. Each yields figures for the log.

export function holds(fact, words) {
  if (!fact) throw new Error(words);
}

const EMBEDDED = { backend: "embedded" };
const JANUS = { backend: "janus" };

/** Alice sees herself, is recorded, and sees the recording. */
async function echo(comes, where) {
  const alice = await comes();
  await alice.starts("echo", where);
  const decoded = await alice.sees();
  await alice.shoots(`echo-${where.backend}`);
  await alice.page.click("#record:enabled");
  await alice.happens("recorder", "active");
  await alice.sees(50);
  await alice.page.click("#stop:enabled");
  await alice.happens("recorder", "file://");
  await alice.hangsUp();
  await alice.page.click("#playback");
  await alice.page.click("#start:enabled");
  await alice.page.waitForSelector("#hangup:enabled");
  const played = await alice.sees(40);
  await alice.shoots(`play-${where.backend}`);
  await alice.happens("destroyed", "BACKEND_HANGUP");
  return { decoded, played };
}

/** Alice waits, and Bob talks with her. */
async function bridge(comes, waits, where) {
  const [alice, bob] = [await comes(), await comes()];
  const session = await alice.starts(waits, where);
  await bob.starts("bridge", { target: session });
  const [decoded, byBob] = await Promise.all([alice.sees(), bob.sees()]);
  await bob.shoots(`bridge-${waits}-${where.backend}`);
  await bob.hangsUp();
  await alice.happens("destroyed", "BRIDGE_STOP");
  return { decoded, byBob };
}

/** Alice and Bob publish. Carol, who gives nothing of her own, listens to her, and then to him. */
async function listen(comes, where) {
  const [alice, bob, carol] = [await comes(), await comes(), await comes()];
  const room = `studio-${where.backend}`;
  const hers = await alice.starts("publish", { ...where, target: room });
  const his = await bob.starts("publish", { ...where, target: room });
  await carol.starts("listen", { target: hers });
  const decoded = await carol.sees();
  await carol.shoots(`listen-${where.backend}`);
  await carol.page.fill("#target", his);
  await carol.page.click("#change:enabled");
  await carol.happens("type", "listen");
  const afterChange = (await carol.sees()) - decoded;
  for (const one of [carol, bob, alice]) await one.hangsUp();
  return { decoded, afterChange };
}

/** Alice and Bob hear each other in a conference of sound alone. */
async function conference(comes, where) {
  const [alice, bob] = [await comes(), await comes()];
  for (const one of [alice, bob]) await one.starts("mcu", { ...where, target: "round" });
  const [packets, byBob] = await Promise.all([alice.hears(), bob.hears()]);
  await alice.shoots(`mcu-${where.backend}`);
  for (const one of [bob, alice]) await one.hangsUp();
  return { packets, byBob };
}

export const scenes = {
  /** Nobody is there yet. */
  async empty(comes) {
    const alice = await comes();
    for (const page of ["Sessions", "Rooms"]) {
      await alice.opens(page);
      await alice.page.waitForSelector(".empty");
    }
    await alice.opens("Sessions");
    await alice.shows("empty");
  },

  /** Without a mouse: past the head, to the button, and out again. */
  async keyboard(comes) {
    const { page, origin } = await comes();
    await page.goto(`${origin}/#/playground`);
    await page.waitForSelector("#start:enabled");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const isAtMain = () => document.activeElement.id === "main";
    holds(await page.evaluate(isAtMain), "the skip link leads elsewhere");
    await page.focus("header nav a[href='#/rooms']");
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1:has-text('Rooms')");
    await page.waitForFunction(isAtMain);
    await page.goBack();
    await page.waitForSelector("#start:enabled");
    await presses(page, "start");
    await page.waitForSelector("#hangup:enabled");
    await presses(page, "hangup");
    await page.waitForSelector('#log .event:text-is("destroyed")');
  },

  echo: (comes) => echo(comes, { ...EMBEDDED, source: "camera" }),

  /** Alice mutes her picture, parks herself, and comes back. */
  async controls(comes) {
    const alice = await comes();
    await alice.starts("echo", EMBEDDED);
    await alice.sees();
    const mute = alice.page.locator("#mute-video");
    await mute.click();
    await alice.page.waitForSelector("#mute-video[aria-pressed=true]");
    await mute.click();
    await alice.page.waitForSelector("#mute-video[aria-pressed=false]");
    await alice.sees();
    for (const type of ["park", "echo"]) {
      await alice.chooses(type);
      await alice.page.click("#change:enabled");
      await alice.happens("type", type);
    }
    await alice.sees();
    const packets = await alice.hears();
    await alice.shows("playground");
    await alice.hangsUp();
    return { packets };
  },

  bridge: (comes) => bridge(comes, "park", EMBEDDED),
  proxy: (comes) => bridge(comes, "proxy", EMBEDDED),
  listen: (comes) => listen(comes, EMBEDDED),

  /** Two pages without a media server. */
  async p2p(comes) {
    const [alice, bob] = [await comes(), await comes()];
    const session = await alice.starts("p2p", { source: "camera" });
    await bob.starts("p2p", { target: session, source: "camera" });
    const [decoded, byBob] = await Promise.all([alice.sees(), bob.sees()]);
    await bob.hangsUp();
    await alice.happens("destroyed");
    return { decoded, byBob };
  },

  janusEcho: (comes) => echo(comes, JANUS),
  janusBridge: (comes) => bridge(comes, "proxy", JANUS),
  janusListen: (comes) => listen(comes, JANUS),
  janusConference: (comes) => conference(comes, JANUS),

  /** What an operator looks at while Alice publishes and Bob listens. */
  async pages(comes) {
    const [alice, bob, olga] = [await comes(), await comes(), await comes()];
    const publisher = await alice.starts("publish", { ...EMBEDDED, target: "lobby" });
    await bob.starts("listen", { target: publisher });
    await bob.sees();
    const { page } = olga;
    await olga.opens("Sessions");
    const row = page.locator("tbody tr", { has: page.locator(`[title="${publisher}"]`), hasText: "publish" });
    await row.locator("td:nth-child(6):not(:empty)").waitFor();
    holds(/READY|ready/.test(await row.textContent()), "the publisher is not ready");
    await olga.shows("sessions");
    await row.locator("a").first().click();
    await page.waitForSelector(".chart polyline[points*=' ']", { state: "attached" });
    await page.waitForFunction(() => document.querySelectorAll(".timeline li").length > 3);
    const hidden = await page.locator("pre").first().textContent();
    holds(!/a=ice-pwd:\w|a=fingerprint:\w|IN IP4 \d/.test(hidden) && /a=ice-pwd:•/.test(hidden), `secrets are shown: ${hidden}`);
    await olga.shows("session");
    await page.check("text=Show addresses and keys");
    holds(/a=ice-pwd:\w/.test(await page.locator("pre").first().textContent()), "secrets stay hidden");
    await olga.opens("Rooms");
    await page.waitForSelector("tbody >> text=lobby");
    await olga.shows("rooms");
    await page.setViewportSize({ width: 390, height: 800 });
    await olga.opens("Sessions");
    await olga.shoots("sessions-narrow");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    holds(wide <= 390, `the page is ${wide} wide on a telephone`);
    await bob.hangsUp();
    await alice.hangsUp();
  },

  /** A backend that is drained takes nobody. */
  async drain(comes) {
    const olga = await comes();
    const { page } = olga;
    await olga.opens("Backends");
    const card = page.locator("[data-backend=embedded]");
    await card.locator("button").click();
    await card.locator(".badge:text-is('draining')").waitFor();
    await olga.shows("backends");
    await olga.opens("Playground");
    await page.selectOption("#backend", "embedded");
    await page.click("#start:enabled");
    const words = await olga.isTold();
    holds(/drain/i.test(words), `told: ${words}`);
    await olga.opens("Backends");
    await card.locator("button").click();
    await card.locator(".badge:text-is('up')").waitFor();
    return { words };
  },

  /** The service refuses what the page would not let anybody press. */
  async readOnly(comes, { readOnly }) {
    const olga = await comes(readOnly);
    const { page } = olga;
    await olga.opens("Backends");
    await page.waitForSelector("header >> text=read-only");
    const button = page.locator("[data-backend] button").first();
    holds(await button.isDisabled(), "it can be pressed");
    await button.evaluate((button) => (button.disabled = false));
    await button.click();
    const words = await olga.isTold();
    holds(/read-only/.test(words), `told: ${words}`);
    await page.waitForSelector(".badge:text-is('up')");
    await olga.opens("Playground");
    holds(await page.locator("#start").isDisabled(), "it can be started");
    await olga.shows("read-only");
    const called = await page.evaluate(callsRaw, CHANGES);
    holds(called.every(({ status }) => status === "7"), `let through: ${JSON.stringify(called)}`);
    return { words, refused: called.length };
  },
};

/** All that changes something, as the protos name it. */
const CHANGES = [
  ...["CreateSession", "DestroySession", "SetAnswer", "UpdateMedia", "SetType", "RecorderAction", "PlayerAction", "RoomAction"],
  ...["SetCandidate", "SetCandidateEnd", "SendDtmf", "SendInfo"],
].map((method) => `SessionService/${method}`);
CHANGES.push("RoomService/CreateRoom", "RoomService/DestroyRoom", "BackendService/DrainBackend", "BackendService/UndrainBackend");

/** In the page: calls each of these methods with an empty message, past the client; the gRPC status of each. */
function callsRaw(methods) {
  const headers = { "content-type": "application/grpc-web+proto" };
  const call = async (method) => {
    const reply = await fetch(`mediaplane.v1.${method}`, { method: "POST", headers, body: new Uint8Array(5) });
    return { method, status: reply.headers.get("grpc-status") };
  };
  return Promise.all(methods.map(call));
}

/** Goes on to the element with this id by the tabulator, and presses it. */
async function presses(page, id) {
  for (let step = 0; step < 30; step++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((id) => document.activeElement.id === id, id)) return page.keyboard.press("Enter");
  }
  throw new Error(`#${id} cannot be reached by keyboard`);
}
