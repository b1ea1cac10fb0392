"""The client for asyncio: `async with mediaplane.aio.connect(…) as client`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from types import TracebackType
from typing import Any, Self

import grpc
import grpc.aio

from . import _channel
from ._channel import Token
from ._errors import MediaplaneError, closed, stopped, typed
from ._progress import Backoff, Progress, Trials
from .v1 import backend_pb2_grpc, event_pb2, room_pb2_grpc, session_pb2_grpc

__all__ = ["Client", "Watch", "connect"]


class Client:
    """
    The three services of Mediaplane over one connection, which is opened when it is needed, and again when it breaks. It
    belongs to the event loop in which it was made.
    """

    sessions: session_pb2_grpc.SessionServiceAsyncStub
    """Creates and controls sessions."""
    rooms: room_pb2_grpc.RoomServiceAsyncStub
    """Makes, shows and destroys rooms."""
    backends: backend_pb2_grpc.BackendServiceAsyncStub
    """Shows the media servers, and takes them out of service and back."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """A client over any channel of gRPC, which it closes. `connect` makes the usual one."""
        self._channel = channel
        self._closed = asyncio.Event()
        calls: Any = _TypedChannel(channel)
        self.sessions = session_pb2_grpc.SessionServiceStub(calls)
        self.rooms = room_pb2_grpc.RoomServiceStub(calls)
        self.backends = backend_pb2_grpc.BackendServiceStub(calls)

    def watch(
        self,
        request: event_pb2.WatchEventsRequest,
        *,
        backoff: Backoff = Backoff(),
        on_retry: Callable[[MediaplaneError, float], None] | None = None,
    ) -> Watch:
        """
        Watches what happens, over broken connections too. `on_retry` is told of each broken stream, and of the seconds until
        the next try.

            async for item in client.watch(WatchEventsRequest(all=WatchEventsRequest.All())):
                print(item.event)
        """
        return Watch(self.sessions, self._closed, request, backoff, on_retry)

    async def close(self) -> None:
        """Closes the connection. Calls and watches that still run fail."""
        self._closed.set()
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def connect(
    target: str,
    *,
    token: Token | None = None,
    tls: grpc.ChannelCredentials | None = None,
    plaintext: bool = False,
    options: Sequence[tuple[str, Any]] = (),
) -> Client:
    """
    A client of the service at this target; see `mediaplane.connect`, which takes the same. A function that yields the token is
    called in a thread of its own.
    """
    if plaintext:
        _channel.plaintext(tls, token)
        return Client(grpc.aio.insecure_channel(target, _channel.options(options)))
    return Client(grpc.aio.secure_channel(target, _channel.credentials(tls, token), _channel.options(options)))


class Watch:
    """
    The events of sessions and rooms, in order, each once. When its stream breaks, it opens another and goes on after the last
    event that it has told. It ends once each session that was asked for has ended, and fails with what the service fails for
    good. An item may be a `gap`, which tells of events that the service no longer has; a `snapshot` follows it.
    It is iterated by one task.
    """

    def __init__(
        self,
        sessions: session_pb2_grpc.SessionServiceAsyncStub,
        client_closed: asyncio.Event,
        request: event_pb2.WatchEventsRequest,
        backoff: Backoff,
        on_retry: Callable[[MediaplaneError, float], None] | None,
    ) -> None:
        self._sessions = sessions
        self._client_closed = client_closed
        self._progress = Progress(request)
        self._trials = Trials(backoff)
        self._on_retry = on_retry
        self._closed = asyncio.Event()
        self._stream: Any = None
        self._items = self._run()

    def __aiter__(self) -> AsyncIterator[event_pb2.WatchEventsResponse]:
        return self

    async def __anext__(self) -> event_pb2.WatchEventsResponse:
        return await anext(self._items)

    def close(self) -> None:
        """Ends the watch, and whoever iterates it."""
        self._closed.set()
        if self._stream is not None:
            self._stream.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _run(self) -> AsyncIterator[event_pb2.WatchEventsResponse]:
        try:
            while not (self._closed.is_set() or self._progress.complete):
                if self._client_closed.is_set():
                    raise closed()
                self._trials.begin()
                self._stream = self._sessions.WatchEvents(self._progress.request())
                try:
                    async for item in self._stream:
                        self._trials.succeed()
                        if self._progress.passes(item):
                            yield item
                    if not self._progress.endless:
                        return
                    raise stopped()
                except MediaplaneError as error:
                    await self._pause(error)
        finally:
            self.close()

    async def _pause(self, error: MediaplaneError) -> None:
        if self._closed.is_set() or self._progress.complete:
            return
        tries = error.transient and not self._client_closed.is_set()
        delay = self._trials.fail(error.retry_after or 0) if tries else None
        if delay is None:
            raise error
        if self._on_retry:
            self._on_retry(error, delay)
        try:
            await asyncio.wait_for(self._closed.wait(), delay)
        except TimeoutError:
            pass


class _TypedChannel:
    """As much of a channel as stubs use. Its calls fail with `MediaplaneError`."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    def unary_unary(self, *arguments: Any, **named: Any) -> Callable[..., Any]:
        call = self._channel.unary_unary(*arguments, **named)
        return lambda *request, **how: _TypedCall(call(*request, **how))

    def unary_stream(self, *arguments: Any, **named: Any) -> Callable[..., Any]:
        call = self._channel.unary_stream(*arguments, **named)
        return lambda *request, **how: _TypedCall(call(*request, **how))


class _TypedCall:
    """A call that is awaited or yields items, and all else that it can do."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __await__(self) -> Generator[Any, None, Any]:
        return _typed(self._call).__await__()

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            async for item in self._call:
                yield item
        except grpc.RpcError as error:
            raise typed(error) from error
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            raise closed() from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


async def _typed(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except grpc.RpcError as error:
        raise typed(error) from error
    except asyncio.CancelledError:
        if _is_cancelled():
            raise
        raise closed() from None


def _is_cancelled() -> bool:
    """Whether the task is. gRPC raises `CancelledError` for a call that was cancelled, too."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
