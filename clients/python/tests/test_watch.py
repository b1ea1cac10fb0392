"""How watches of both kinds end, and calls whose client is closed; the service is played by hand."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

import mediaplane.aio
from mediaplane.v1.event_pb2 import Event, WatchEventsRequest, WatchEventsResponse
from mediaplane.v1.session_pb2 import DestroySessionRequest, DestroySessionResponse
from mediaplane.v1.session_pb2_grpc import SessionServiceServicer, add_SessionServiceServicer_to_server

EVERYTHING = WatchEventsRequest(all=WatchEventsRequest.All())
QUICK = mediaplane.Backoff(shortest=0.001, longest=0.001)
NEVER = mediaplane.Backoff(shortest=3600, longest=3600)


class Service(SessionServiceServicer):
    """Its first watch ends, as that of a service which stops; its second is refused. What is to hang, hangs."""

    def __init__(self, hangs: bool) -> None:
        self.hangs = hangs
        self.watches = 0
        self.asked = threading.Event()

    def WatchEvents(self, request: WatchEventsRequest, context: grpc.ServicerContext) -> Iterator[WatchEventsResponse]:
        self.watches += 1
        yield WatchEventsResponse(event=Event(session_id=f"session-{self.watches}", sequence=1))
        if self.hangs:
            self.hang(context)
        if self.watches == 2:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "enough")

    def DestroySession(self, request: DestroySessionRequest, context: grpc.ServicerContext) -> DestroySessionResponse:
        self.hang(context)
        return DestroySessionResponse()

    def hang(self, context: grpc.ServicerContext) -> None:
        """Until the client is gone."""
        gone = threading.Event()
        if context.add_callback(gone.set):
            self.asked.set()
            gone.wait()


class Played:
    def __init__(self, hangs: bool) -> None:
        self.server = grpc.server(ThreadPoolExecutor(4))
        # It has the calls that the tests make.
        self.service = Service(hangs)  # type: ignore[abstract]
        add_SessionServiceServicer_to_server(self.service, self.server)
        self.target = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> "Played":
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop(0).wait()


def test_a_watch_of_everything_goes_on_after_the_service_has_stopped() -> None:
    with Played(hangs=False) as played, mediaplane.connect(played.target, plaintext=True) as client:
        watch = client.watch(EVERYTHING, backoff=QUICK)
        assert [next(watch).event.session_id for _ in range(2)] == ["session-1", "session-2"]
        with pytest.raises(mediaplane.MediaplaneError, match="enough"):
            next(watch)


def test_a_watch_of_everything_goes_on_after_the_service_has_stopped_by_asyncio() -> None:
    async def goes_on(target: str) -> None:
        async with mediaplane.aio.connect(target, plaintext=True) as client:
            watch = client.watch(EVERYTHING, backoff=QUICK)
            assert [(await anext(watch)).event.session_id for _ in range(2)] == ["session-1", "session-2"]
            with pytest.raises(mediaplane.MediaplaneError, match="enough"):
                await anext(watch)

    with Played(hangs=False) as played:
        asyncio.run(goes_on(played.target))


def test_a_watch_fails_when_its_client_is_closed() -> None:
    with Played(hangs=True) as played, mediaplane.connect(played.target, plaintext=True) as client:
        watch = client.watch(EVERYTHING, backoff=NEVER)
        next(watch)
        client.close()
        with pytest.raises(mediaplane.MediaplaneError) as failed:
            next(watch)
        assert failed.value.code() is grpc.StatusCode.CANCELLED
        with pytest.raises(mediaplane.MediaplaneError):
            next(client.watch(EVERYTHING))


def test_a_watch_and_a_call_fail_when_their_client_is_closed_by_asyncio() -> None:
    async def fail(played: Played) -> None:
        async with mediaplane.aio.connect(played.target, plaintext=True) as client:
            watch = client.watch(EVERYTHING, backoff=NEVER)
            await anext(watch)
            played.service.asked.clear()
            call = asyncio.create_task(destroy(client))
            await asyncio.to_thread(played.service.asked.wait)
            await client.close()
            for failing in (anext(watch), call):
                with pytest.raises(mediaplane.MediaplaneError) as failed:
                    await failing
                assert failed.value.code() is grpc.StatusCode.CANCELLED

    with Played(hangs=True) as played:
        asyncio.run(asyncio.wait_for(fail(played), 20))


def test_a_cancelled_task_is_cancelled() -> None:
    async def cancelled(played: Played) -> None:
        async with mediaplane.aio.connect(played.target, plaintext=True) as client:
            call = asyncio.create_task(destroy(client))
            await asyncio.to_thread(played.service.asked.wait)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    with Played(hangs=True) as played:
        asyncio.run(asyncio.wait_for(cancelled(played), 20))


async def destroy(client: mediaplane.aio.Client) -> DestroySessionResponse:
    return await client.sessions.DestroySession(DestroySessionRequest(session_id="a"))
