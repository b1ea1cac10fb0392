#!/usr/bin/env python3
"""Peers of another implementation (aiortc), led by a test over standard input and output.

Each line in is a JSON object with `id`, `peer` (a name) and `do`, and gets one line back with the same `id`: what was
asked for, or `error`. Orders are carried out side by side.

With `--lenient` they take RTCP whose descriptions of sources are not padded as they must be (RFC 3550, section 6.5).

    offer   tag, media      makes a peer that offers `media` ("audio", "pcmu", "video", "data") and sends what has the tag
    answer  tag, sdp        makes a peer that answers and sends likewise; without `tag` it only receives
    accept  sdp             takes the answer to its offer
    decodes kind, frames    waits until it has decoded so many more frames; of one sender with `tag`
    silent  kind            waits until it has decoded nothing for half a second
    looks   places          the tag of the sender that the latest picture shows at each of these places ([x, y], both from 0
                            to 1), null where it is another's
    hears   -               the tags of all senders that are to be heard now
    dial    tag, ip         makes a telephone at this address, plain RTP with PCMU, that offers and sends what has the tag;
                            of all other orders it knows `accept`, `hears`, `close`
    text    text            sends it over the data channel, once that is open
    texted  text            waits until a text with this end has come
    close
"""

import asyncio
import json
import sys

from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.rtp import RtcpSdesPacket

from media import Counter, Picture, Tone, colours_at, tones_in
from telephone import Telephone

PATIENCE = 15.0
SILENCE = 0.5
EARFUL = 0.4


class Peer:
    """One connection."""

    def __init__(self):
        self._connection = RTCPeerConnection()
        self._counters = {kind: Counter(kind) for kind in ("audio", "video")}
        self._tasks = []
        self._channel = None
        self._open = asyncio.Event()
        self._texts = []
        self._came = asyncio.Event()
        self._connection.on("track", self._on_track)
        self._connection.on("datachannel", self._on_channel)

    async def offer(self, tag, media):
        if "audio" in media or "pcmu" in media:
            self._connection.addTrack(Tone(tag))
        if "video" in media:
            self._connection.addTrack(Picture(tag))
        if "pcmu" in media:
            codecs = RTCRtpSender.getCapabilities("audio").codecs
            only = [codec for codec in codecs if codec.mimeType == "audio/PCMU"]
            self._connection.getTransceivers()[0].setCodecPreferences(only)
        if "data" in media:
            self._use(self._connection.createDataChannel("test"))
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return {"sdp": self._connection.localDescription.sdp}

    async def answer(self, sdp, tag=None):
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        for transceiver in self._connection.getTransceivers():
            if tag is not None:
                track = Tone(tag) if transceiver.kind == "audio" else Picture(tag)
                transceiver.sender.replaceTrack(track)
                transceiver.direction = "sendrecv"
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        return {"sdp": self._connection.localDescription.sdp}

    async def accept(self, sdp):
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        return {}

    async def decodes(self, kind, frames, tag=None):
        await self._counters[kind].more(frames, tag)
        return {}

    async def silent(self, kind):
        counter = self._counters[kind]
        before = None
        while before != counter.seen():
            before = counter.seen()
            await asyncio.sleep(SILENCE)
        return {}

    async def looks(self, places):
        latest = self._counters["video"].latest
        return {"tags": colours_at(latest[0], places) if latest else [None] * len(places)}

    async def hears(self):
        latest = self._counters["audio"].latest
        latest.clear()
        await asyncio.sleep(EARFUL)
        return {"tags": tones_in(list(latest))}

    async def text(self, text):
        await self._open.wait()
        self._channel.send(text)
        return {}

    async def texted(self, text):
        while not any(came.endswith(text) for came in self._texts):
            self._came.clear()
            await self._came.wait()
        return {}

    async def close(self):
        await self._connection.close()
        await asyncio.gather(*self._tasks)
        return {}

    def stands(self):
        """What it knows, for a message about something that did not come."""
        counted = {kind: [counter.frames, counter.by_tag] for kind, counter in self._counters.items()}
        return f"{self._connection.connectionState}, decoded {counted}, texts {self._texts}"

    def _on_track(self, track):
        self._tasks.append(asyncio.create_task(self._counters[track.kind].count(track)))

    def _on_channel(self, channel):
        self._use(channel)
        self._open.set()

    def _use(self, channel):
        self._channel = channel
        channel.on("open", self._open.set)
        channel.on("message", self._on_text)

    def _on_text(self, text):
        self._texts.append(text if isinstance(text, str) else text.decode())
        self._came.set()


async def obey(peers, order):
    name, do = order.pop("peer"), order.pop("do")
    if do in ("offer", "answer"):
        peers[name] = Peer()
    elif do == "dial":
        peers[name] = Telephone()
    peer = peers[name]
    try:
        return await asyncio.wait_for(getattr(peer, do)(**order), PATIENCE)
    except asyncio.TimeoutError:
        return {"error": f"{name}: {do} {order.get('kind', '')} took too long; it is {peer.stands()}"}
    except Exception as error:  # The test says what it makes of it.
        return {"error": f"{name}: {do}: {error!r}"}


def be_lenient():
    """Some servers leave the padding out. What follows in the same datagram would be lost: who asks for a keyframe."""
    parse = RtcpSdesPacket.parse

    def leniently(data, count):
        try:
            return parse(data, count)
        except ValueError:
            return RtcpSdesPacket()

    RtcpSdesPacket.parse = leniently


async def main():
    if "--lenient" in sys.argv:
        be_lenient()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    peers, orders = {}, set()

    async def serve(line):
        order = json.loads(line)
        number = order.pop("id")
        print(json.dumps({"id": number, **await obey(peers, order)}), flush=True)

    while line := await reader.readline():
        task = asyncio.create_task(serve(line))
        orders.add(task)
        task.add_done_callback(orders.discard)
    await asyncio.gather(*(peer.close() for peer in peers.values()))


if __name__ == "__main__":
    asyncio.run(main())
