"""Plays the scenarios through the client for asyncio."""

import asyncio

import pytest

import mediaplane
import mediaplane.aio
import scenario
from values import differs, seconds

ENDED = object()


@pytest.mark.parametrize("played", scenario.scenarios(), ids=lambda played: played["name"])
def test_asyncio(played):
    asyncio.run(play(played["steps"]))


async def play(steps):
    async with mediaplane.aio.connect(scenario.variable("MEDIAPLANE_TEST_TARGET"), plaintext=True) as client:
        run = Run(client)
        try:
            for step in steps:
                kind, step = run.names.read(step)
                await getattr(run, kind)(step)
        finally:
            await run.end()


class Run:
    def __init__(self, client):
        self.client = client
        self.names = scenario.Names()
        self.watches = {}

    async def call(self, step):
        call = scenario.Call(step)
        try:
            reply = await call.of(self.client)(call.request, timeout=30)
        except mediaplane.MediaplaneError as error:
            call.failed(error)
        else:
            call.answered(reply, self.names)

    async def watch(self, step):
        assert step["watch"] not in self.watches
        request = scenario.watch_request(step)
        self.watches[step["watch"]] = Watched(self.client.watch(request), request)

    async def events(self, step):
        try:
            async with asyncio.timeout(seconds(step.get("within", "10s"))):
                for expected in step["expect"]:
                    await self.watches[step["events"]].next(expected)
        except TimeoutError:
            pytest.fail(f"no such events: {step['expect']}")

    async def cut(self, step):
        await asyncio.to_thread(scenario.cut)

    async def close(self, step):
        await self.watches.pop(step["close"]).close()

    async def end(self):
        for watch in self.watches.values():
            await watch.close()


class Watched:
    """A watch that a task reads all the time."""

    def __init__(self, watch, request):
        self.watch = watch
        self.recorded = scenario.Recorded(request)
        self.events = asyncio.Queue()
        self.task = asyncio.create_task(self.read())

    async def read(self):
        try:
            async for item in self.watch:
                event = self.recorded.follow(item)
                if event is not None:
                    self.events.put_nowait(event)
        finally:
            self.events.put_nowait(ENDED)

    async def next(self, expected):
        """Waits for the next event that is as expected."""
        wrong = "no event came"
        while wrong is not None:
            event = await self.events.get()
            if event is ENDED:
                await self.task
                pytest.fail(f"the watch ended before: {expected}; the last: {wrong}")
            wrong = differs(event, expected)

    async def close(self):
        self.watch.close()
        async with asyncio.timeout(10):
            await self.task
