// A door before a service, as a proxy is: it can be shut, lead to another service, and ask for a token.
import { createServer, request } from "node:http";

/** What is shown to everybody: the page, before it can ask who one is. */
const PUBLIC = /^\/($|assets\/|favicon\.svg$)/;

export class Door {
  /** Leads to the service at this address. Who has not this token is let in nowhere else; empty: everybody is. */
  static async to(address, token = "") {
    const door = new Door();
    Object.assign(door, { token, asked: [] });
    door.server = createServer((incoming, outgoing) => door.#lead(incoming, outgoing));
    await door.opens(address);
    return door;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  #lead(incoming, outgoing) {
    const { method, url, headers } = incoming;
    this.asked.push(url);
    if (this.token && !PUBLIC.test(url) && headers.authorization !== `Bearer ${this.token}`) return outgoing.writeHead(401).end();
    const inner = request(this.address + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    inner.on("error", () => outgoing.destroy());
    outgoing.on("close", () => inner.destroy());
    incoming.pipe(inner);
  }

  /** Whoever is in is thrown out, and nobody gets in. */
  async shuts() {
    const shut = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await shut;
  }

  async opens(address) {
    this.address = address;
    await new Promise((resolve) => this.server.listen(this.port ?? 0, "127.0.0.1", resolve));
    this.port = this.server.address().port;
  }
}
