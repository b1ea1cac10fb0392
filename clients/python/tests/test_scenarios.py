"""Plays the scenarios through the client for threads."""

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import mediaplane
import scenario
from mediaplane.v1.event_pb2 import WatchEventsRequest
from values import differs, seconds

Step = dict[str, Any]


@pytest.fixture
def client() -> Iterator[mediaplane.Client]:
    with mediaplane.connect(scenario.variable("MEDIAPLANE_TEST_TARGET"), plaintext=True) as client:
        yield client


@pytest.mark.parametrize("played", scenario.scenarios(), ids=lambda played: played["name"])
def test_threads(client: mediaplane.Client, played: Step) -> None:
    run = Run(client)
    try:
        for step in played["steps"]:
            kind, step = run.names.read(step)
            getattr(run, kind)(step)
    finally:
        run.end()


class Run:
    def __init__(self, client: mediaplane.Client) -> None:
        self.client = client
        self.names = scenario.Names()
        self.watches: dict[str, Watched] = {}

    def call(self, step: Step) -> None:
        call = scenario.Call(step)
        try:
            reply = call.of(self.client)(call.request, timeout=30)
        except mediaplane.MediaplaneError as error:
            call.failed(error)
        else:
            call.answered(reply, self.names)

    def watch(self, step: Step) -> None:
        assert step["watch"] not in self.watches
        request = scenario.watch_request(step)
        self.watches[step["watch"]] = Watched(self.client.watch(request), request)

    def events(self, step: Step) -> None:
        until = time.monotonic() + seconds(step.get("within", "10s"))
        for expected in step["expect"]:
            self.watches[step["events"]].next(expected, until)

    def cut(self, step: Step) -> None:
        scenario.cut()

    def close(self, step: Step) -> None:
        self.watches.pop(step["close"]).close()

    def end(self) -> None:
        for watch in self.watches.values():
            watch.close()


class Watched:
    """A watch that a thread reads all the time."""

    def __init__(self, watch: mediaplane.Watch, request: WatchEventsRequest) -> None:
        self.watch = watch
        self.recorded = scenario.Recorded(request)
        # None at its end.
        self.events: queue.SimpleQueue[Step | None] = queue.SimpleQueue()
        self.failed: BaseException | None = None
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self) -> None:
        try:
            for item in self.watch:
                event = self.recorded.follow(item)
                if event is not None:
                    self.events.put(event)
        except BaseException as error:
            self.failed = error
        self.events.put(None)

    def next(self, expected: Step, until: float) -> None:
        """Waits for the next event that is as expected."""
        wrong: str | None = "no event came"
        while True:
            try:
                event = self.events.get(timeout=max(0, until - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"no such event: {expected}; the last: {wrong}")
            if event is None:
                raise AssertionError(f"the watch ended before: {expected}; the last: {wrong}") from self.failed
            wrong = differs(event, expected)
            if wrong is None:
                return

    def close(self) -> None:
        self.watch.close()
        self.thread.join(timeout=10)
        assert not self.thread.is_alive(), "a watch ends when it is closed"
        if self.failed:
            raise self.failed
