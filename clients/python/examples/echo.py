"""Sends a second of audio to an echo session, as a telephone does, and counts what comes back: echo.py [TARGET]"""

import re
import socket
import struct
import sys
import time

import mediaplane
from mediaplane.v1.session_pb2 import CreateSessionRequest, DestroySessionRequest
from mediaplane.v1.types_pb2 import SDP_TYPE_RTP, Echo, SessionDescription, SessionType

# A second of G.711: each packet has 160 samples, which are 20 ms.
PACKETS = 50
SAMPLES = 160
RTP_HEADER = 12


def main() -> None:
    target = sys.argv[1] if len(sys.argv) > 1 else "localhost:50051"
    with mediaplane.connect(target, plaintext=True) as client, socket.socket(type=socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(1)
        offer = SessionDescription(sdp=sdp(*line.getsockname()), sdp_type=SDP_TYPE_RTP)
        session = client.sessions.CreateSession(
            CreateSessionRequest(
                type=SessionType(echo=Echo()), backend="embedded", sdp_type=SDP_TYPE_RTP, offer=offer, wait_reply=True
            ),
            timeout=20,
        )
        print("session", session.session_id)
        send(line, media(session.answer.sdp))
        count = receive(line)
        client.sessions.DestroySession(DestroySessionRequest(session_id=session.session_id), timeout=20)
        print(f"{count} of {PACKETS} packets came back")
        if count < PACKETS / 2:
            sys.exit("too few packets came back: does a firewall drop UDP?")


def sdp(address: str, port: int) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
    )


def media(answer: str) -> tuple[str, int]:
    """Where the server listens."""
    address = re.search(r"^c=IN IP4 (\S+)", answer, re.MULTILINE)
    port = re.search(r"^m=audio (\d+) ", answer, re.MULTILINE)
    assert address and port, f"the answer has no address of audio:\n{answer}"
    return address[1], int(port[1])


def send(line: socket.socket, server: tuple[str, int]) -> None:
    """Sends silence in RTP packets (RFC 3550), each when it is due."""
    for number in range(PACKETS):
        header = struct.pack("!BBHII", 0x80, 0, number, number * SAMPLES, 7)
        line.sendto(header + b"\xff" * SAMPLES, server)
        time.sleep(0.02)


def receive(line: socket.socket) -> int:
    """How many packets came back: those that wait, and what comes until a second is silent."""
    count = 0
    try:
        while count < PACKETS:
            count += len(line.recv(2048)) == RTP_HEADER + SAMPLES
    except TimeoutError:
        pass
    return count


main()
