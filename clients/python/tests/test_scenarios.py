"""Plays the scenarios through the client for threads."""

import queue
import threading
import time

import pytest

import mediaplane
import scenario
from values import differs, seconds

ENDED = object()


@pytest.fixture
def client():
    with mediaplane.connect(scenario.variable("MEDIAPLANE_TEST_TARGET"), plaintext=True) as client:
        yield client


@pytest.mark.parametrize("played", scenario.scenarios(), ids=lambda played: played["name"])
def test_threads(client, played):
    run = Run(client)
    try:
        for step in played["steps"]:
            kind, step = run.names.read(step)
            getattr(run, kind)(step)
    finally:
        run.end()


class Run:
    def __init__(self, client):
        self.client = client
        self.names = scenario.Names()
        self.watches = {}

    def call(self, step):
        call = scenario.Call(step)
        try:
            reply = call.of(self.client)(call.request, timeout=30)
        except mediaplane.MediaplaneError as error:
            call.failed(error)
        else:
            call.answered(reply, self.names)

    def watch(self, step):
        assert step["watch"] not in self.watches
        request = scenario.watch_request(step)
        self.watches[step["watch"]] = Watched(self.client.watch(request), request)

    def events(self, step):
        until = time.monotonic() + seconds(step.get("within", "10s"))
        for expected in step["expect"]:
            self.watches[step["events"]].next(expected, until)

    def cut(self, step):
        scenario.cut()

    def close(self, step):
        self.watches.pop(step["close"]).close()

    def end(self):
        for watch in self.watches.values():
            watch.close()


class Watched:
    """A watch that a thread reads all the time."""

    def __init__(self, watch, request):
        self.watch = watch
        self.recorded = scenario.Recorded(request)
        self.events = queue.SimpleQueue()
        self.failed = None
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        try:
            for item in self.watch:
                event = self.recorded.follow(item)
                if event is not None:
                    self.events.put(event)
        except BaseException as error:
            self.failed = error
        self.events.put(ENDED)

    def next(self, expected, until):
        """Waits for the next event that is as expected."""
        wrong = "no event came"
        while True:
            try:
                event = self.events.get(timeout=max(0, until - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"no such event: {expected}; the last: {wrong}")
            if event is ENDED:
                raise AssertionError(f"the watch ended before: {expected}; the last: {wrong}") from self.failed
            wrong = differs(event, expected)
            if wrong is None:
                return

    def close(self):
        self.watch.close()
        self.thread.join(timeout=10)
        assert not self.thread.is_alive(), "a watch ends when it is closed"
        if self.failed:
            raise self.failed
