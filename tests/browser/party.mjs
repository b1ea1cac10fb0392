// One person at a page.

const PATIENCE = 15_000;
// Pictures that count as a stream: a second of the fake camera.
const SOME = 20;

export class Party {
  static async sitsDown(browser, origin, service, camera) {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENCE);
    const party = new Party(page, service);
    if (camera) await page.addInitScript(paints, camera);
    await page.goto(`${origin}/examples/browser/`);
    await page.fill("#service", service);
    return party;
  }

  constructor(page, service) {
    Object.assign(this, { page, service, said: [] });
    page.on("console", (message) => this.said.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => this.said.push(`page: ${error}`));
  }

  async leaves() {
    await this.page.context().close();
  }

  async chooses(type, target = "") {
    await this.page.selectOption("#type", type);
    await this.page.fill("#target", target);
  }

  /** Starts a session of this type; its id. */
  async starts(type, target) {
    await this.chooses(type, target);
    await this.page.click("#start");
    await this.page.waitForFunction(() => document.getElementById("session").textContent !== "none");
    return this.page.textContent("#session");
  }

  frames() {
    return this.page.evaluate(() => Number(document.getElementById("frames").textContent));
  }

  /** Waits for this many more decoded pictures; how many there are then. */
  async sees(more = SOME) {
    const goal = (await this.frames()) + more;
    await this.page.waitForFunction((goal) => Number(document.getElementById("frames").textContent) >= goal, goal);
    return this.frames();
  }

  /** Changes its type; the milliseconds until a picture is shown that is green, or is not. */
  async switches(type, target, green) {
    await this.chooses(type, target);
    await this.page.evaluate(watchesColour, green);
    await this.page.click("#change");
    return Math.round(await this.page.evaluate(() => window.coloured));
  }

  async records() {
    await this.page.click("#record");
  }

  /** Ends the recording; where its file is. */
  async stopsRecording() {
    await this.page.click("#stop");
    return (await this.logs(/recorded (\S+),/))[1];
  }

  async hangsUp() {
    await this.page.click("#hangup");
    await this.logs(/destroyed: USER_STOP/);
  }

  /** Waits until the page has told something like this, and nothing of an error. */
  async logs(pattern) {
    const told = (source) => new RegExp(source).test(document.getElementById("log").textContent);
    await this.page.waitForFunction(told, pattern.source);
    const log = await this.page.textContent("#log");
    if (/^error/m.test(log)) throw new Error(log);
    return pattern.exec(log);
  }

  /** Calls a function of raw.js in the page; what it yields. */
  raw(name, ...values) {
    const call = async ([name, service, values]) => (await import("/tests/browser/raw.js"))[name](service, ...values);
    return this.page.evaluate(call, [name, this.service, values]);
  }

  async everythingSaid() {
    return [await this.page.textContent("#log"), ...this.said].join("\n");
  }
}

/** In the page: a camera that sees one colour and a moving bar. */
function paints(colour) {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const drawing = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      drawing.fillStyle = colour;
      drawing.fillRect(0, 0, 320, 240);
      drawing.fillStyle = "white";
      drawing.fillRect((step += 4) % 320, 0, 8, 20);
    }, 40);
    const video = canvas.captureStream(25).getVideoTracks();
    const audio = (await getUserMedia({ ...wanted, video: false })).getAudioTracks();
    return new MediaStream([...audio, ...video]);
  };
}

/** In the page: from the next click on "Change type", how long until a received picture is green, or is not. */
function watchesColour(green) {
  const video = document.getElementById("remote");
  const drawing = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  let clicked;
  const note = () => (clicked = performance.now());
  document.getElementById("change").addEventListener("click", note, { once: true, capture: true });
  window.coloured = new Promise((shown) => {
    const look = (now) => {
      drawing.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
      const [r, g, b] = drawing.getImageData(0, 0, 1, 1).data;
      const isGreen = g > 80 && r < 60 && b < 60;
      if (clicked && isGreen === green) shown(now - clicked);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
}
