// In the page: media of a browser that examples/browser has no button for.
import { connect } from "/examples/browser/call.js";

const PATIENCE = 15_000;
// Pictures that count as a stream.
const SOME = 20;
// An echo; the type of a session, as the API takes it.
const ECHO = { kind: { case: "echo", value: {} } };

/** The kinds of video that this browser can encode. */
export function encoders() {
  const types = RTCRtpSender.getCapabilities("video").codecs.map((codec) => codec.mimeType);
  return [...new Set(types)].filter((type) => !/rtx|red|fec/.test(type));
}

/** Sends this kind of video alone; how many pictures came back. */
export async function echoOf(service, mimeType) {
  const sessions = await connect(service);
  const connection = await sending();
  const codecs = RTCRtpSender.getCapabilities("video").codecs;
  const wanted = codecs.filter((codec) => [mimeType, "video/rtx"].includes(codec.mimeType));
  connection.getTransceivers().find((one) => one.sender.track.kind === "video").setCodecPreferences(wanted);
  const sessionId = await offers(sessions, connection, ECHO);
  await until(async () => (await video(connection)).framesDecoded >= SOME);
  const { framesDecoded, codecId } = await video(connection);
  const came = (await connection.getStats()).get(codecId)?.mimeType;
  await ends(sessions, sessionId, connection);
  return came === mimeType ? framesDecoded : 0;
}

/** Answers an offer; how many pictures came back. */
export async function echoByOffer(service) {
  const sessions = await connect(service);
  const { sessionId, description } = await sessions.createSession({ type: ECHO, waitReply: true });
  const connection = new RTCPeerConnection();
  await connection.setRemoteDescription({ type: "offer", sdp: description.value.sdp });
  await addTracks(connection);
  await sessions.setAnswer({ sessionId, answer: { sdp: await described(connection) } });
  await until(async () => (await video(connection)).framesDecoded >= SOME);
  const { framesDecoded } = await video(connection);
  await ends(sessions, sessionId, connection);
  return framesDecoded;
}

/** Sends a text and many bytes; what came back, the bytes as their number. */
export async function echoOfData(service) {
  const sessions = await connect(service);
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel("chat");
  const got = [];
  channel.binaryType = "arraybuffer";
  channel.onmessage = ({ data }) => got.push(data.byteLength ?? data);
  channel.onopen = () => {
    channel.send("hello");
    channel.send(new Uint8Array(50_000));
  };
  const sessionId = await offers(sessions, connection, ECHO);
  await until(() => got.length === 2);
  await ends(sessions, sessionId, connection);
  return got;
}

/** How many pictures come in a second while video is muted, and the milliseconds until the next after that. */
export async function muted(service) {
  const sessions = await connect(service);
  const connection = await sending();
  const sessionId = await offers(sessions, connection, ECHO);
  const decoded = async () => (await video(connection)).framesDecoded;
  await until(async () => (await decoded()) >= SOME);
  await sessions.updateMedia({ sessionId, media: { muteVideo: true } });
  await pause(500);
  const before = await decoded();
  await pause(1000);
  const muted = (await decoded()) - before;
  const unmuted = performance.now();
  await sessions.updateMedia({ sessionId, media: { muteVideo: false } });
  await until(async () => (await decoded()) > before + muted);
  const back = Math.round(performance.now() - unmuted);
  await ends(sessions, sessionId, connection);
  return { muted, back };
}

/** The widths of the pictures that a listener gets who wants the lowest layer of a simulcast, higher ones, the lowest. */
export async function layers(service) {
  const sessions = await connect(service);
  const connection = new RTCPeerConnection();
  const size = { width: { exact: 1280 }, height: { exact: 720 } };
  const [track] = (await navigator.mediaDevices.getUserMedia({ video: size })).getVideoTracks();
  const sendEncodings = [
    { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
    { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 400_000 },
    { rid: "h", maxBitrate: 900_000 },
  ];
  connection.addTransceiver(track, { direction: "sendonly", sendEncodings });
  const room = { kind: { case: "publish", value: { roomId: "layers", createRoom: true } } };
  const publisherId = await offers(sessions, connection, room);
  const receiving = new RTCPeerConnection();
  receiving.addTransceiver("video", { direction: "recvonly" });
  const listen = { kind: { case: "listen", value: { publisherId } } };
  const sessionId = await offers(sessions, receiving, listen);
  const widths = [];
  for (const maxLayer of [0, 2, 0]) {
    await sessions.updateMedia({ sessionId, media: { maxLayer } });
    // How far up depends on what the estimate of the link makes of a machine that is busy.
    const wanted = (width) => (maxLayer === 0 ? width === 320 : width > 320);
    await until(async () => wanted((await video(receiving)).frameWidth), 3 * PATIENCE);
    widths.push((await video(receiving)).frameWidth);
  }
  await ends(sessions, sessionId, receiving);
  await ends(sessions, publisherId, connection);
  return widths;
}

/** Begins a session of this type, with sound and pictures; its id. */
export async function joins(service, kind) {
  const sessions = await connect(service);
  const connection = await sending();
  // Nothing is decoded that is not played.
  const sound = new Audio();
  connection.ontrack = ({ streams: [stream] }) => (sound.srcObject = stream);
  sound.autoplay = true;
  const sessionId = await offers(sessions, connection, { kind });
  window.joined = { sessions, connection, sessionId };
  return sessionId;
}

/** Waits for sound and pictures; how many pictures came, and of what codec. */
export async function meets() {
  const { connection } = window.joined;
  const heard = (await inbound(connection, "audio")).totalAudioEnergy ?? 0;
  const goal = (await video(connection)).framesDecoded + SOME;
  await until(async () => (await video(connection)).framesDecoded >= goal);
  await until(async () => (await inbound(connection, "audio")).totalAudioEnergy > heard);
  const { framesDecoded, codecId, frameWidth } = await video(connection);
  const { mimeType } = (await connection.getStats()).get(codecId) ?? {};
  const louder = ((await inbound(connection, "audio")).totalAudioEnergy ?? 0) > heard;
  return { decoded: framesDecoded, heard: louder, mimeType, frameWidth };
}

/** Ends the session that it has joined by. */
export async function parts() {
  const { sessions, connection, sessionId } = window.joined;
  await ends(sessions, sessionId, connection);
}

async function sending() {
  const connection = new RTCPeerConnection();
  await addTracks(connection);
  return connection;
}

async function addTracks(connection) {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  for (const track of media.getTracks()) connection.addTrack(track, media);
}

/** Its own description with all candidates. */
async function described(connection) {
  await connection.setLocalDescription();
  await until(() => connection.iceGatheringState === "complete");
  return connection.localDescription.sdp;
}

/** Creates a session for its offer and takes the answer; the session. */
async function offers(sessions, connection, type) {
  const offer = { sdp: await described(connection) };
  const { sessionId, description } = await sessions.createSession({ type, offer, waitReply: true });
  await connection.setRemoteDescription({ type: "answer", sdp: description.value.sdp });
  return sessionId;
}

async function ends(sessions, sessionId, connection) {
  await sessions.destroySession({ sessionId });
  for (const { track } of connection.getSenders()) track?.stop();
  connection.close();
}

async function video(connection) {
  return { framesDecoded: 0, ...(await inbound(connection, "video")) };
}

/** What it receives of a kind, as the browser counts it; nothing that is known if it does not. */
async function inbound(connection, kind) {
  for (const report of (await connection.getStats()).values()) {
    if (report.type === "inbound-rtp" && report.kind === kind) return report;
  }
  return {};
}

/** Waits until this is true, or patience is over: what is returned tells. */
async function until(reached, patience = PATIENCE) {
  for (const end = performance.now() + patience; performance.now() < end; await pause(50)) {
    if (await reached()) return;
  }
}

function pause(milliseconds) {
  return new Promise((over) => setTimeout(over, milliseconds));
}
