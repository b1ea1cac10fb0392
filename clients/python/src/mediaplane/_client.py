"""The client for threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import grpc

from . import _channel
from ._channel import Token
from ._errors import MediaplaneError, closed, fail, stopped, typed
from ._progress import Backoff, Progress, Trials
from .v1 import backend_pb2_grpc, event_pb2, room_pb2_grpc, session_pb2_grpc


class Client:
    """
    The three services of Mediaplane over one connection, which is opened when it is needed, and again when it breaks. It can
    be used by many threads at once.
    """

    sessions: session_pb2_grpc.SessionServiceStub
    """Creates and controls sessions."""
    rooms: room_pb2_grpc.RoomServiceStub
    """Makes, shows and destroys rooms."""
    backends: backend_pb2_grpc.BackendServiceStub
    """Shows the media servers, and takes them out of service and back."""

    def __init__(self, channel: grpc.Channel) -> None:
        """A client over any channel of gRPC, which it closes. `connect` makes the usual one."""
        self._channel = channel
        self._closed = threading.Event()
        calls = _TypedChannel(channel)
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

            for item in client.watch(WatchEventsRequest(all=WatchEventsRequest.All())):
                print(item.event)
        """
        return Watch(self.sessions, self._closed, request, backoff, on_retry)

    def close(self) -> None:
        """Closes the connection. Calls and watches that still run fail."""
        self._closed.set()
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def connect(
    target: str,
    *,
    token: Token | None = None,
    tls: grpc.ChannelCredentials | None = None,
    plaintext: bool = False,
    options: Sequence[tuple[str, Any]] = (),
) -> Client:
    """
    A client of the service at this target: a host and port, or any other name that gRPC resolves. Nothing is sent before the
    first call. TLS trusts what gRPC brings along unless `tls` says otherwise; `plaintext` is for a service on the same machine.
    `token` is sent with each call, with TLS only. `options` are those of a gRPC channel.

        with connect("media.example.org:443", token=token) as client: ...
    """
    if plaintext:
        _channel.plaintext(tls, token)
        return Client(grpc.insecure_channel(target, _channel.options(options)))
    return Client(grpc.secure_channel(target, _channel.credentials(tls, token), _channel.options(options)))


class Watch:
    """
    The events of sessions and rooms, in order, each once. When its stream breaks, it opens another and goes on after the last
    event that it has told. It ends once each session that was asked for has ended, and fails with what the service fails for
    good. An item may be a `gap`, which tells of events that the service no longer has; a `snapshot` follows it.
    It is iterated by one thread, and may be closed by any.
    """

    def __init__(
        self,
        sessions: session_pb2_grpc.SessionServiceStub,
        client_closed: threading.Event,
        request: event_pb2.WatchEventsRequest,
        backoff: Backoff,
        on_retry: Callable[[MediaplaneError, float], None] | None,
    ) -> None:
        self._sessions = sessions
        self._client_closed = client_closed
        self._progress = Progress(request)
        self._trials = Trials(backoff)
        self._on_retry = on_retry
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._stream: Any = None
        self._items = self._run()

    def __iter__(self) -> Iterator[event_pb2.WatchEventsResponse]:
        return self

    def __next__(self) -> event_pb2.WatchEventsResponse:
        return next(self._items)

    def close(self) -> None:
        """Ends the watch, and whoever iterates it."""
        with self._lock:
            self._closed.set()
            if self._stream is not None:
                self._stream.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _run(self) -> Iterator[event_pb2.WatchEventsResponse]:
        try:
            while self._open():
                try:
                    for item in self._stream:
                        self._trials.succeed()
                        if self._progress.passes(item):
                            yield item
                    if not self._progress.endless:
                        return
                    raise stopped()
                except MediaplaneError as error:
                    self._pause(error)
        finally:
            self.close()

    def _open(self) -> bool:
        """Opens a stream, unless there is nothing more to come."""
        with self._lock:
            if self._closed.is_set() or self._progress.complete:
                return False
            if self._client_closed.is_set():
                raise closed()
            self._trials.begin()
            self._stream = self._sessions.WatchEvents(self._progress.request())
            return True

    def _pause(self, error: MediaplaneError) -> None:
        if self._closed.is_set() or self._progress.complete:
            return
        tries = error.transient and not self._client_closed.is_set()
        delay = self._trials.fail(error.retry_after or 0) if tries else None
        if delay is None:
            raise error
        if self._on_retry:
            self._on_retry(error, delay)
        self._closed.wait(delay)


class _TypedChannel(grpc.Channel):
    """A channel whose calls fail with `MediaplaneError`."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def unary_unary(self, *arguments: Any, **named: Any) -> grpc.UnaryUnaryMultiCallable[Any, Any]:
        return _TypedUnary(self._channel.unary_unary(*arguments, **named))

    def unary_stream(self, *arguments: Any, **named: Any) -> grpc.UnaryStreamMultiCallable[Any, Any]:
        return _TypedStream(self._channel.unary_stream(*arguments, **named))

    def stream_unary(self, *arguments: Any, **named: Any) -> grpc.StreamUnaryMultiCallable[Any, Any]:
        return self._channel.stream_unary(*arguments, **named)

    def stream_stream(self, *arguments: Any, **named: Any) -> grpc.StreamStreamMultiCallable[Any, Any]:
        return self._channel.stream_stream(*arguments, **named)

    def subscribe(self, callback: Callable[[grpc.ChannelConnectivity], None], try_to_connect: bool = False) -> None:
        self._channel.subscribe(callback, try_to_connect)

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        self._channel.unsubscribe(callback)

    def close(self) -> None:
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _TypedUnary(grpc.UnaryUnaryMultiCallable):  # type: ignore[type-arg]
    def __init__(self, call: grpc.UnaryUnaryMultiCallable[Any, Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        try:
            return self._call(*arguments, **named)
        except grpc.RpcError as error:
            fail(error)

    def with_call(self, *arguments: Any, **named: Any) -> Any:
        try:
            return self._call.with_call(*arguments, **named)
        except grpc.RpcError as error:
            fail(error)

    def future(self, *arguments: Any, **named: Any) -> Any:
        """The one kind of call whose error stays that of gRPC: a future has many ways to tell it."""
        return self._call.future(*arguments, **named)


class _TypedStream(grpc.UnaryStreamMultiCallable):  # type: ignore[type-arg]
    def __init__(self, call: grpc.UnaryStreamMultiCallable[Any, Any]) -> None:
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _TypedItems(self._call(*arguments, **named))


class _TypedItems:
    """A call that yields items, and all else that it can do."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._call)
        except grpc.RpcError as error:
            raise typed(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)
