"""Prints what happens to all sessions and rooms, until it is interrupted: watch.py [TARGET]"""

import asyncio
import sys

from google.protobuf import json_format

import mediaplane
import mediaplane.aio
from mediaplane.v1.event_pb2 import WatchEventsRequest


async def main() -> None:
    target = sys.argv[1] if len(sys.argv) > 1 else "localhost:50051"
    everything = WatchEventsRequest(all=WatchEventsRequest.All(), snapshot=True)
    async with mediaplane.aio.connect(target, plaintext=True) as client:
        async for item in client.watch(everything, on_retry=told):
            print(json_format.MessageToJson(item, indent=None), flush=True)


def told(error: mediaplane.MediaplaneError, delay: float) -> None:
    print(f"{error}; the next try is in {delay:.1f} s", file=sys.stderr)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
