#!/usr/bin/env python3
"""Echo through the service with another implementation of everything.

The API comes from server reflection alone, with Python's gRPC; the peer is aiortc. It sends a tone and a coloured
picture into a session of type echo, and counts the frames that come back and are its own.

Exit code: 0 when both audio and video came back, 1 when they did not, 2 when the service could not be used.
"""

import argparse
import asyncio
import json
import sys

import grpc
from aiortc import RTCPeerConnection, RTCSessionDescription
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection_pb2

from media import Counter, Picture, Tone

SERVICE = "mediaplane.v1.SessionService"
# Both versions of the reflection protocol have the same messages on the wire.
REFLECTION = (
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)

TAG = 1


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


class Peer:
    """An aiortc connection that sends the tone and the picture and counts what comes back."""

    def __init__(self):
        self.counters = {kind: Counter(kind) for kind in ("audio", "video")}
        self._connection = RTCPeerConnection()
        self._tasks = []
        self._connection.on("track", self._on_track)
        self._connection.addTrack(Tone(TAG))
        self._connection.addTrack(Picture(TAG))

    @property
    def connection_state(self):
        return self._connection.connectionState

    async def offer(self):
        """Its offer with all candidates in it."""
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def accept(self, answer):
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def hears_and_sees_itself(self, frames, timeout):
        """Waits until enough of both came back; false when it takes too long."""
        both = asyncio.gather(*(counter.more(frames, TAG) for counter in self.counters.values()))
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
    peer = Peer()
    try:
        async with grpc.aio.insecure_channel(options.address) as channel:
            api = await Api.discover(channel, options.timeout)
            session_id, answer = await create_echo(api, options, await peer.offer())
            try:
                await peer.accept(answer)
                came_back = await peer.hears_and_sees_itself(options.frames, options.timeout)
            finally:
                await destroy(api, options, session_id)
    finally:
        state = peer.connection_state
        await peer.close()
    summary = {
        kind: {"frames": counter.seen(), "own_frames": counter.seen(TAG)} for kind, counter in peer.counters.items()
    }
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
