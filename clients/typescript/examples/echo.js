// Sends a second of audio to an echo session, as a telephone does, and counts what comes back:
//     node examples/echo.js [URL]
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, SdpType } from "@mediaplane/client";

// A second of G.711: each packet has 160 samples, which are 20 ms.
const PACKETS = 50;
const SAMPLES = 160;
const RTP_HEADER = 12;

const client = connect(process.argv[2] ?? "http://localhost:50051");
const socket = createSocket("udp4").bind(0, "127.0.0.1");
try {
  await once(socket, "listening");
  await echo(socket);
} finally {
  socket.close();
  client.close();
}

async function echo(socket) {
  const { address, port } = socket.address();
  const { sessionId, description } = await client.sessions.createSession({
    type: { kind: { case: "echo", value: {} } },
    backend: "embedded",
    sdpType: SdpType.RTP,
    offer: { sdp: offer(address, port), sdpType: SdpType.RTP },
    waitReply: true,
  });
  console.log("session", sessionId);
  let count = 0;
  socket.on("message", (packet) => {
    if (packet.length === RTP_HEADER + SAMPLES) count += 1;
  });
  await send(socket, media(description.value.sdp));
  await client.sessions.destroySession({ sessionId });
  console.log(`${count} of ${PACKETS} packets came back`);
  if (count < PACKETS / 2) throw new Error("too few packets came back: does a firewall drop UDP?");
}

function offer(address, port) {
  return [
    ...["v=0", `o=- 1 1 IN IP4 ${address}`, "s=-", `c=IN IP4 ${address}`, "t=0 0"],
    ...[`m=audio ${port} RTP/AVP 0`, "a=rtpmap:0 PCMU/8000", "a=sendrecv", ""],
  ].join("\r\n");
}

/** Where the server listens. */
function media(answer) {
  const [, address] = /^c=IN IP4 (\S+)/m.exec(answer);
  const [, port] = /^m=audio (\d+) /m.exec(answer);
  return { address, port: Number(port) };
}

/** Sends silence in RTP packets (RFC 3550), each when it is due. */
async function send(socket, { address, port }) {
  for (let number = 0; number < PACKETS; number += 1) {
    const packet = Buffer.alloc(RTP_HEADER + SAMPLES, 0xff);
    packet.writeUInt16BE(0x8000, 0);
    packet.writeUInt16BE(number, 2);
    packet.writeUInt32BE(number * SAMPLES, 4);
    packet.writeUInt32BE(7, 8);
    socket.send(packet, port, address);
    await sleep(20);
  }
  await sleep(200);
}
