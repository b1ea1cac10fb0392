#!/usr/bin/env python3
"""Echo through the service with another implementation of everything.

The API comes from server reflection alone, with Python's gRPC; the peer is aiortc. It sends a tone and a coloured
picture into a session of type echo, and counts the frames that come back and are its own.

Exit code: 0 when both audio and video came back, 1 when they did not, 2 when the service could not be used.
"""

import argparse
import asyncio
import fractions
import json
import math
import sys
import time
from array import array

import grpc
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection_pb2

SERVICE = "mediaplane.v1.SessionService"
# Both versions of the reflection protocol have the same messages on the wire.
REFLECTION = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)

TONE_HZ = 440
SAMPLE_RATE = 48_000
SAMPLES = SAMPLE_RATE // 50
PICTURE = {"width": 320, "height": 240}
# Luma and chroma of an orange that no test picture or filler has.
COLOUR = (150, 60, 180)


class ServiceError(Exception):
    """The service cannot be used as it is described."""


class Api:
    """The methods of a service, as its server describes them."""

    def __init__(self, channel, pool):
        self._channel = channel
        self._service = pool.FindServiceByName(SERVICE)

    @classmethod
    async def discover(cls, channel, timeout):
        for method in REFLECTION:
            try:
                return cls(channel, await describe(channel, method, timeout))
            except grpc.aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNIMPLEMENTED:
                    raise
        raise ServiceError("the server has no reflection")

    def request(self, method):
        """An empty request message of a method."""
        return message_factory.GetMessageClass(self._method(method).input_type)()

    async def call(self, method, request, timeout):
        """Calls a unary method."""
        reply = message_factory.GetMessageClass(self._method(method).output_type)
        call = self._channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=reply.FromString,
        )
        return await call(request, timeout=timeout)

    def _method(self, name):
        found = self._service.methods_by_name.get(name)
        if found is None:
            raise ServiceError(f"{SERVICE} has no method {name}")
        return found


async def describe(channel, method, timeout):
    """Asks for the file with the service and for all that it imports."""
    ask = channel.stream_stream(
        method,
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )(timeout=timeout)
    files = {}
    wanted = reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE)
    while wanted is not None:
        await ask.write(wanted)
        reply = await ask.read()
        if reply is grpc.aio.EOF:
            raise ServiceError("reflection ended before it was complete")
        if reply.HasField("error_response"):
            raise ServiceError(f"reflection: {reply.error_response.error_message}")
        known = len(files)
        for serialized in reply.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(serialized)
            files[file.name] = file
        missing = {name for file in files.values() for name in file.dependency} - files.keys()
        if missing and len(files) == known:
            raise ServiceError(f"reflection does not have {', '.join(missing)}")
        request = reflection_pb2.ServerReflectionRequest
        wanted = request(file_by_filename=missing.pop()) if missing else None
    await ask.done_writing()
    return pool_of(files)


def pool_of(files):
    """A pool of these files, each added after those that it imports."""
    pool = descriptor_pool.DescriptorPool()
    added = set()

    def add(name):
        if name not in added:
            added.add(name)
            for dependency in files[name].dependency:
                add(dependency)
            pool.Add(files[name])

    for name in files:
        add(name)
    return pool


class Paced(MediaStreamTrack):
    """A track whose frames come at a steady rate."""

    def __init__(self, interval):
        super().__init__()
        self._interval = interval
        self._start = None
        self._frames = 0

    async def pace(self):
        """Waits for the next frame's time and returns its number."""
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        self._start = self._start or now
        await asyncio.sleep(max(0.0, self._start + self._frames * self._interval - now))
        self._frames += 1
        return self._frames - 1


class Tone(Paced):
    """A sine of 440 Hz."""

    kind = "audio"

    def __init__(self):
        super().__init__(SAMPLES / SAMPLE_RATE)

    async def recv(self):
        first = await self.pace() * SAMPLES
        angle = 2 * math.pi * TONE_HZ / SAMPLE_RATE
        samples = array("h", (int(8000 * math.sin(angle * (first + n))) for n in range(SAMPLES)))
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate = SAMPLE_RATE
        frame.pts = first
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        return frame


class Picture(Paced):
    """A picture of one colour."""

    kind = "video"

    def __init__(self):
        super().__init__(1 / 25)

    async def recv(self):
        number = await self.pace()
        frame = VideoFrame(format="yuv420p", **PICTURE)
        for plane, value in zip(frame.planes, COLOUR):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = number * 3600
        frame.time_base = fractions.Fraction(1, 90_000)
        return frame


def is_tone(frame):
    """Whether a frame has about as many zero crossings as the tone, and is not silence."""
    samples = array("h")
    samples.frombytes(bytes(frame.planes[0])[: frame.samples * len(frame.layout.channels) * 2])
    samples = samples[:: len(frame.layout.channels)]
    if len(samples) < 2 or max(samples) < 1000:
        return False
    crossings = sum((a < 0) != (b < 0) for a, b in zip(samples, samples[1:]))
    expected = 2 * TONE_HZ * len(samples) / frame.sample_rate
    return abs(crossings - expected) <= 2


def is_picture(frame):
    """Whether the middle of a frame has the colour that was sent."""

    def middle(plane):
        return bytes(plane)[plane.height // 2 * plane.line_size + plane.width // 2]

    planes = frame.reformat(format="yuv420p").planes
    return all(abs(middle(plane) - value) <= 12 for plane, value in zip(planes, COLOUR))


class Counter:
    """Counts the frames that a track brings, and those of our own."""

    def __init__(self, own, enough):
        self._own = own
        self._enough = enough
        self.frames = 0
        self.own_frames = 0
        self.reached = asyncio.Event()

    async def count(self, track):
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.frames += 1
            self.own_frames += self._own(frame)
            if self.own_frames >= self._enough:
                self.reached.set()

    def summary(self):
        return {"frames": self.frames, "own_frames": self.own_frames, "enough": self.reached.is_set()}


class Peer:
    """An aiortc connection that sends the tone and the picture and counts what comes back."""

    def __init__(self, enough):
        self.counters = {"audio": Counter(is_tone, enough), "video": Counter(is_picture, enough)}
        self._connection = RTCPeerConnection()
        self._tasks = []
        self._connection.on("track", self._on_track)
        self._connection.addTrack(Tone())
        self._connection.addTrack(Picture())

    @property
    def connection_state(self):
        return self._connection.connectionState

    async def offer(self):
        """Its offer with all candidates in it."""
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def accept(self, answer):
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def hears_and_sees_itself(self, timeout):
        """Waits until enough of both came back; false when it takes too long."""
        both = asyncio.gather(*(counter.reached.wait() for counter in self.counters.values()))
        try:
            await asyncio.wait_for(both, timeout)
        except asyncio.TimeoutError:
            return False
        return True

    async def close(self):
        await self._connection.close()
        await asyncio.gather(*self._tasks)

    def _on_track(self, track):
        self._tasks.append(asyncio.create_task(self.counters[track.kind].count(track)))


async def create_echo(api, options, offer):
    """Creates the session and returns its id and answer."""
    request = api.request("CreateSession")
    request.type.echo.SetInParent()
    request.wait_reply = True
    request.offer.sdp = offer
    if options.backend:
        request.backend = options.backend
    reply = await api.call("CreateSession", request, options.timeout)
    if not reply.answer.sdp:
        raise ServiceError(f"no answer in the reply to CreateSession: {reply}")
    return reply.session_id, reply.answer.sdp


async def destroy(api, options, session_id):
    request = api.request("DestroySession")
    request.session_id = session_id
    await api.call("DestroySession", request, options.timeout)


async def run(options):
    peer = Peer(options.frames)
    try:
        async with grpc.aio.insecure_channel(options.address) as channel:
            api = await Api.discover(channel, options.timeout)
            session_id, answer = await create_echo(api, options, await peer.offer())
            try:
                await peer.accept(answer)
                came_back = await peer.hears_and_sees_itself(options.timeout)
            finally:
                await destroy(api, options, session_id)
    finally:
        state = peer.connection_state
        await peer.close()
    summary = {kind: counter.summary() for kind, counter in peer.counters.items()}
    print(json.dumps({"session_id": session_id, "connection": state, **summary}))
    return 0 if came_back else 1


def arguments():
    parser = argparse.ArgumentParser(description="Echo audio and video through Mediaplane.")
    parser.add_argument("--address", default="127.0.0.1:50051", help="host:port of the gRPC server")
    parser.add_argument("--backend", default="", help="a backend's name or kind; default: the service chooses")
    parser.add_argument("--frames", type=int, default=25, help="frames of its own that must come back of each kind")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds for each step")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        return asyncio.run(run(options))
    except (grpc.aio.AioRpcError, ServiceError) as error:
        words = f"{error.code().name}: {error.details()}" if isinstance(error, grpc.RpcError) else error
        print(f"the service at {options.address} cannot be used: {words}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
