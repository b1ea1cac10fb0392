"""Plays the scenarios through the client for asyncio."""

import asyncio
from typing import Any

import pytest

import mediaplane
import mediaplane.aio
import scenario
from mediaplane.v1.event_pb2 import WatchEventsRequest
from values import differs, seconds

Step = dict[str, Any]


@pytest.mark.parametrize("played", scenario.scenarios(), ids=lambda played: played["name"])
def test_asyncio(played: Step) -> None:
    asyncio.run(play(played["steps"]))


async def play(steps: list[Step]) -> None:
    async with mediaplane.aio.connect(scenario.variable("MEDIAPLANE_TEST_TARGET"), plaintext=True) as client:
        run = Run(client)
        try:
            for step in steps:
                kind, step = run.names.read(step)
                await getattr(run, kind)(step)
        finally:
            await run.end()


class Run:
    def __init__(self, client: mediaplane.aio.Client) -> None:
        self.client = client
        self.names = scenario.Names()
        self.watches: dict[str, Watched] = {}

    async def call(self, step: Step) -> None:
        call = scenario.Call(step)
        try:
            reply = await call.of(self.client)(call.request, timeout=30)
        except mediaplane.MediaplaneError as error:
            call.failed(error)
        else:
            call.answered(reply, self.names)

    async def watch(self, step: Step) -> None:
        assert step["watch"] not in self.watches
        request = scenario.watch_request(step)
        self.watches[step["watch"]] = Watched(self.client.watch(request), request)

    async def events(self, step: Step) -> None:
        try:
            async with asyncio.timeout(seconds(step.get("within", "10s"))):
                for expected in step["expect"]:
                    await self.watches[step["events"]].next(expected)
        except TimeoutError:
            pytest.fail(f"no such events: {step['expect']}")

    async def cut(self, step: Step) -> None:
        await asyncio.to_thread(scenario.cut)

    async def close(self, step: Step) -> None:
        await self.watches.pop(step["close"]).close()

    async def end(self) -> None:
        for watch in self.watches.values():
            await watch.close()


class Watched:
    """A watch that a task reads all the time."""

    def __init__(self, watch: mediaplane.aio.Watch, request: WatchEventsRequest) -> None:
        self.watch = watch
        self.recorded = scenario.Recorded(request)
        # None at its end.
        self.events: asyncio.Queue[Step | None] = asyncio.Queue()
        self.task = asyncio.create_task(self.read())

    async def read(self) -> None:
        try:
            async for item in self.watch:
                event = self.recorded.follow(item)
                if event is not None:
                    self.events.put_nowait(event)
        finally:
            self.events.put_nowait(None)

    async def next(self, expected: Step) -> None:
        """Waits for the next event that is as expected."""
        wrong: str | None = "no event came"
        while wrong is not None:
            event = await self.events.get()
            if event is None:
                await self.task
                pytest.fail(f"the watch ended before: {expected}; the last: {wrong}")
            wrong = differs(event, expected)

    async def close(self) -> None:
        self.watch.close()
        async with asyncio.timeout(10):
            await self.task
