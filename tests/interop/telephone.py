"""A telephone: plain RTP with PCMU, no ICE and no encryption, that sends a tone and decodes what it hears."""

import asyncio
import struct
from collections import deque

from aiortc.codecs.g711 import PcmuDecoder, PcmuEncoder
from aiortc.jitterbuffer import JitterFrame

from media import LATEST, Tone, tones_in

HEADER = struct.Struct("!BBHII")
EARFUL = 0.4


class Telephone(asyncio.DatagramProtocol):
    """One of them."""

    def __init__(self):
        self._latest = deque(maxlen=LATEST["audio"])
        self._decoder = PcmuDecoder()
        self._came = 0

    async def dial(self, tag, ip):
        loop = asyncio.get_running_loop()
        self._socket, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(ip, 0))
        self._tone = Tone(tag)
        port = self._socket.get_extra_info("sockname")[1]
        lines = ["v=0", f"o=- 1 1 IN IP4 {ip}", "s=-", f"c=IN IP4 {ip}", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=sendrecv", ""]
        return {"sdp": "\r\n".join(lines)}

    async def accept(self, sdp):
        lines = sdp.splitlines()
        ip = next(line.split()[-1] for line in lines if line.startswith("c="))
        port = next(int(line.split()[1]) for line in lines if line.startswith("m=audio"))
        self._sending = asyncio.create_task(self._send((ip, port)))
        return {}

    async def hears(self):
        self._latest.clear()
        await asyncio.sleep(EARFUL)
        return {"tags": tones_in(list(self._latest))}

    async def close(self):
        self._sending.cancel()
        self._socket.close()
        return {}

    def stands(self):
        """What it knows, for a message about something that did not come."""
        return f"a telephone that got {self._came} packets"

    def datagram_received(self, data, addr):
        self._came += 1
        if data[1] & 0x7F == 0:
            frame = JitterFrame(data=data[HEADER.size :], timestamp=0)
            self._latest.extend(self._decoder.decode(frame))

    async def _send(self, remote):
        encoder, number = PcmuEncoder(), 0
        while True:
            packets, _ = encoder.encode(await self._tone.recv())
            for packet in packets:
                header = HEADER.pack(0x80, 0, number & 0xFFFF, number * 160 & 0xFFFFFFFF, 1)
                self._socket.sendto(header + packet, remote)
                number += 1
