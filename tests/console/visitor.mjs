// One person at the console.

const PATIENCE = 15_000;
// Pictures that count as a stream.
const SOME = 20;

export class Visitor {
  static async comes(browser, origin, tools) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light" });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const visitor = new Visitor(page, origin, tools);
    await page.addInitScript(tellsViolations);
    return visitor;
  }

  constructor(page, origin, { axe, shots }) {
    Object.assign(this, { page, origin, axe, shots, wrongs: [] });
    page.on("console", (message) => {
      if (message.type() === "error" && !this.bears?.test(message.text())) this.wrongs.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.wrongs.push(`page: ${error}`));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) this.wrongs.push(`elsewhere: ${request.url()}`);
    });
  }

  async leaves() {
    await this.page.context().close();
  }

  /** Goes where a link of the head leads. */
  async opens(page) {
    if (!this.page.url().startsWith(this.origin)) await this.page.goto(this.origin);
    await this.page.click(`header nav >> text=${page}`);
    await this.page.waitForSelector(`h1:has-text("${page}")`);
  }

  /** Starts a session of this type in the playground; its id. */
  async starts(type, { target, backend, source } = {}) {
    await this.opens("Playground");
    if (backend) {
      await this.page.waitForSelector(`#backend option:text-is("${backend}")`, { state: "attached" });
      await this.page.selectOption("#backend", backend);
    }
    await this.chooses(type, target);
    if (source) await this.page.selectOption("#source", source);
    await this.page.click("#start:enabled");
    await this.happens("created");
    return this.page.textContent("#session");
  }

  async chooses(type, target) {
    await this.page.waitForSelector(`#type option[value=${type}]`, { state: "attached" });
    await this.page.selectOption("#type", type);
    if (target) await this.page.fill("#target", target);
  }

  /** Waits for an event of this name, with these words, in the log of the playground. */
  async happens(name, words = "") {
    await this.page.waitForSelector(`#log li:has(.event:text-is("${name}")):has-text("${words}")`);
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

  async hangsUp() {
    await this.page.click("#hangup");
    await this.happens("destroyed", "USER_STOP");
  }

  /** Waits until the page tells this of itself. */
  async isNoticed(words) {
    await this.page.waitForSelector(`main .notice:has-text("${words}")`);
  }

  /** Waits for this many more packets of sound, and for it to be heard. */
  async hears(more = SOME) {
    const count = () => Number(document.getElementById("packets").textContent);
    const goal = (await this.page.evaluate(count)) + more;
    await this.page.waitForFunction((goal) => Number(document.getElementById("packets").textContent) >= goal, goal);
    await this.page.waitForFunction(() => document.getElementById("level")?.value > 0.05);
    return this.page.evaluate(count);
  }

  /** The words of what went wrong, once something did. */
  async isTold() {
    return this.page.locator("[role=alert]:visible").first().textContent();
  }

  /** Keeps what is seen, in light and dark, and holds it against the rules for accessible pages. */
  async shows(name) {
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme });
      await this.shoots(`${name}-${colorScheme}`);
      await this.isAccessible(`${name} in ${colorScheme}`);
    }
    await this.page.emulateMedia({ colorScheme: "light" });
  }

  async shoots(name) {
    await this.page.screenshot({ path: `${this.shots}/${name}.png`, fullPage: true, animations: "disabled" });
  }

  async isAccessible(what) {
    await this.page.evaluate(this.axe);
    const found = await this.page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { preload: false, resultTypes: ["violations"] });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
    });
    this.wrongs.push(...found.map((one) => `${what}: ${one}`));
  }

  async everythingSaid() {
    return [this.page.url(), await this.page.locator("body").innerText(), ...this.wrongs].join("\n");
  }
}

/** In the page: what its policy forbids is told as an error. */
function tellsViolations() {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
}
