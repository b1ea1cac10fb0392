/** A session of the service, and this page's end of its media. */
import { type Event, type MessageInitShape, type Session, type SessionTypeSchema } from "@mediaplane/web";
import { client } from "../service";

export type SessionType = MessageInitShape<typeof SessionTypeSchema>;

export interface Wish {
  readonly type: SessionType;
  /** Empty: the service chooses. */
  readonly backend: string;
  /** Whether this page makes the offer. If not, the backend or the peer makes it. */
  readonly offers: boolean;
  /** Whether the answer comes only when somebody else has come. */
  readonly waits: boolean;
  /** The session whose end is this one's, and whose answer this one's is. */
  readonly master: string;
  /** What is sent; without it this page only receives. */
  readonly media: MediaStream | undefined;
}

/** What a page has decoded of the media that it receives. */
export interface Received {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Packets with sound. */
  readonly packets: number;
  /** How loud it is now, from 0 to 1. */
  readonly level: number;
  /** Of sound and pictures. */
  readonly bytes: number;
}

/** A page that was closed leaves nothing behind: nobody watches its session any more. */
const OWN = { destroyWhenUnwatched: { seconds: 10n } };

export class Call {
  readonly connection = new RTCPeerConnection();
  readonly remote = new MediaStream();
  #sessionId = "";
  /** Candidates of ours that came before there was a session. */
  #found: RTCIceCandidate[] = [];
  #gathered = false;
  /** Until what was found before is told. */
  #telling = Promise.resolve();
  /** Candidates of the other side that came before its description. */
  #early: RTCIceCandidateInit[] = [];

  /** `fail` is told of candidates that the service does not take. */
  constructor(readonly fail: (error: unknown) => void) {
    this.connection.ontrack = ({ track }) => this.remote.addTrack(track);
    this.connection.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.#found.push(candidate);
      else this.#gathered = true;
      if (this.#sessionId) this.#tell().catch(fail);
    };
  }

  /** Creates the session; its id, and the backend that it is on, empty for none. */
  async start(wish: Wish): Promise<{ id: string; backend: string }> {
    try {
      const session = await (wish.offers ? this.#offers(wish) : this.#answers(wish));
      await this.#tell();
      return { id: this.#sessionId, backend: session?.backend?.name ?? "" };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async #offers({ type, backend, media, waits }: Wish): Promise<Session | undefined> {
    for (const kind of ["audio", "video"]) {
      const track = media?.getTracks().find((track) => track.kind === kind);
      this.connection.addTransceiver(track ?? kind, { direction: track ? "sendrecv" : "recvonly" });
    }
    const offer = { sdp: await this.#described(), trickleIce: true };
    const { sessionId, description, session } = await client.sessions.createSession({ ...OWN, type, backend, offer, waitReply: !waits });
    this.#sessionId = sessionId;
    if (description.case === "answer") await this.#accept("answer", description.value.sdp);
    return session;
  }

  async #answers({ type, backend, media, master }: Wish): Promise<Session | undefined> {
    const created = client.sessions.createSession({ ...OWN, type, backend, masterId: master, setMasterAnswer: master !== "", waitReply: true });
    const { sessionId, description, session } = await created;
    if (description.case !== "offer") throw new Error("The service gave no offer to answer.");
    await this.#accept("offer", description.value.sdp);
    for (const track of media?.getTracks() ?? []) this.connection.addTrack(track, media as MediaStream);
    const answer = { sdp: await this.#described(), trickleIce: true };
    await client.sessions.setAnswer({ sessionId, answer });
    this.#sessionId = sessionId;
    return session;
  }

  async #described(): Promise<string> {
    await this.connection.setLocalDescription();
    return this.connection.localDescription?.sdp ?? "";
  }

  async #accept(type: RTCSdpType, sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type, sdp });
    for (const candidate of this.#early.splice(0)) await this.connection.addIceCandidate(candidate);
  }

  /** Tells the service of the candidates that have been found since, in their order; their end must not overtake one. */
  #tell(): Promise<void> {
    const told = this.#telling.then(() => this.#tellFound());
    this.#telling = told.catch(() => {});
    return told;
  }

  async #tellFound(): Promise<void> {
    const sessionId = this.#sessionId;
    for (let next = this.#found.shift(); next; next = this.#found.shift()) {
      const { candidate, sdpMid, sdpMLineIndex } = next;
      const place = sdpMid === null ? { sdpMLineIndex: sdpMLineIndex ?? 0 } : { sdpMid };
      await client.sessions.setCandidate({ sessionId, candidate, ...place });
    }
    if (!this.#gathered) return;
    this.#gathered = false;
    await client.sessions.setCandidateEnd({ sessionId });
  }

  /** Does what an event of the session asks of this page. */
  async handle({ kind }: Event): Promise<void> {
    if (kind.case === "answer" && this.connection.signalingState === "have-local-offer") {
      await this.#accept("answer", kind.value.sdp);
    }
    if (kind.case === "candidate") {
      const { candidate, sdpMid, sdpMLineIndex } = kind.value;
      const one = { candidate, sdpMid: sdpMid ?? null, sdpMLineIndex: sdpMLineIndex ?? null };
      if (this.connection.remoteDescription) await this.connection.addIceCandidate(one);
      else this.#early.push(one);
    }
    if (kind.case === "destroyed") this.close();
  }

  /** Makes the live session something else, without a new offer. */
  async change(type: SessionType): Promise<void> {
    await client.sessions.setType({ sessionId: this.#sessionId, type });
  }

  async hangUp(): Promise<void> {
    await client.sessions.destroySession({ sessionId: this.#sessionId });
  }

  close(): void {
    this.connection.close();
  }

  async received(): Promise<Received> {
    let [sound, pictures, bytes] = [{ packets: 0, level: 0 }, { frames: 0, width: 0, height: 0 }, 0];
    (await this.connection.getStats()).forEach((report) => {
      if (report.type !== "inbound-rtp") return;
      const { framesDecoded = 0, frameWidth = 0, frameHeight = 0, packetsReceived = 0, audioLevel = 0, bytesReceived = 0 } = report;
      bytes += bytesReceived;
      if (report.kind === "video") pictures = { frames: framesDecoded, width: frameWidth, height: frameHeight };
      else sound = { packets: packetsReceived, level: audioLevel };
    });
    return { ...sound, ...pictures, bytes };
  }
}
