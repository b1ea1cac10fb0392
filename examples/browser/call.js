// One session of the service, and the browser's end of its media.
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

// The contract, as the repository keeps it: no generated code is needed.
const contract = new URL("../../proto/baseline.binpb", import.meta.url);

/** A client of the SessionService at this address. */
export async function connect(service) {
  const bytes = new Uint8Array(await (await fetch(contract)).arrayBuffer());
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const sessions = registry.getService("mediaplane.v1.SessionService");
  return createClient(sessions, createGrpcWebTransport({ baseUrl: service }));
}

/** A session type as the API takes it; `target` is the session, room or URI that it needs. */
export function sessionType(name, target) {
  const values = {
    bridge: { peerId: target },
    publish: { roomId: target, createRoom: target !== "" },
    listen: { publisherId: target },
    play: { uri: target },
  };
  return { kind: { case: name, value: values[name] ?? {} } };
}

/** A call: an RTCPeerConnection and the session that answers it. */
export class Call {
  constructor(sessions, tell) {
    this.sessions = sessions;
    this.tell = tell;
    this.sessionId = crypto.randomUUID();
    this.connection = new RTCPeerConnection();
    this.remote = new MediaStream();
    this.waiting = [];
    this.connection.ontrack = ({ track }) => this.remote.addTrack(track);
    this.connection.onconnectionstatechange = () => tell(`media: ${this.connection.connectionState}`);
    this.connection.onicecandidate = ({ candidate }) => this.waiting?.push(candidate);
  }

  /** Creates the session. Without `media` the browser only receives. */
  async start(type, media) {
    for (const kind of ["audio", "video"]) {
      const track = media?.getTracks().find((track) => track.kind === kind);
      this.connection.addTransceiver(track ?? kind, { direction: track ? "sendrecv" : "recvonly" });
    }
    await this.connection.setLocalDescription();
    const { sessionId } = this;
    const offer = { sdp: this.connection.localDescription.sdp, trickleIce: true };
    await this.sessions.createSession({ sessionId, type, offer });
    this.watch();
    // Candidates are told as the browser finds them; those of before had no session to be told to. Some media servers
    // must have them all before they answer.
    const before = this.waiting;
    this.waiting = undefined;
    this.connection.onicecandidate = ({ candidate }) => this.candidate(candidate).catch((error) => this.tell(`error: ${error.message}`));
    for (const candidate of before) await this.candidate(candidate);
    const { answer } = await this.sessions.getAnswer({ sessionId });
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  }

  async candidate(found) {
    const sessionId = this.sessionId;
    if (!found?.candidate) return this.sessions.setCandidateEnd({ sessionId });
    const { candidate, sdpMid, sdpMLineIndex } = found;
    return this.sessions.setCandidate({
      sessionId,
      candidate,
      sdpMid: sdpMid ?? undefined,
      sdpMLineIndex: sdpMLineIndex ?? undefined,
    });
  }

  /** Tells what happens to the session, until it has ended. */
  async watch() {
    const scope = { case: "sessionIds", value: { ids: [this.sessionId] } };
    try {
      for await (const { item } of this.sessions.watchEvents({ scope })) {
        if (item.case !== "event") continue;
        const { kind } = item.value;
        this.tell(`${kind.case}${described(kind)}`);
        if (kind.case === "destroyed") this.connection.close();
      }
    } catch (error) {
      this.tell(`the events have ended: ${error.message}`);
    }
  }

  /** Makes the live session something else, without a new offer. */
  change(type) {
    return this.sessions.setType({ sessionId: this.sessionId, type });
  }

  async record() {
    const start = { case: "start", value: {} };
    await this.sessions.recorderAction({ sessionId: this.sessionId, action: start });
  }

  /** Ends the recording; where its file is. */
  async stopRecording() {
    const stop = { case: "stop", value: {} };
    const { recording } = await this.sessions.recorderAction({ sessionId: this.sessionId, action: stop });
    return recording.files[0];
  }

  hangUp() {
    return this.sessions.destroySession({ sessionId: this.sessionId });
  }

  /** What the browser has decoded of the video that it receives. */
  async received() {
    for (const report of (await this.connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") return report;
    }
    return { framesDecoded: 0 };
  }
}

function described({ case: name, value }) {
  if (name === "status") return ` ${value.class}`;
  if (name === "destroyed") return `: ${value.reason} ${value.message}`;
  if (name === "recorder") return `: ${value.files.map((file) => file.uri).join(", ")}`;
  return "";
}
