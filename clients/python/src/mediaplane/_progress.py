"""How far a watch has come, and when it tries again: what watches of both kinds share."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.message import Message

from .v1 import event_pb2

# How many sessions and rooms that have ended are remembered at least, and for how many seconds: longer than a watch tries to
# go on.
KEPT = 10_000
KEPT_FOR = 600.0

Subject = tuple[str, str]


class Progress:
    """What a watch need not be told again, and what to ask for when its stream breaks."""

    def __init__(self, request: event_pb2.WatchEventsRequest) -> None:
        self._asked = event_pb2.WatchEventsRequest()
        self._asked.CopyFrom(request)
        # The last number that was told, of each session and room.
        self._told: dict[Subject, int] = {}
        # When sessions and rooms ended, by the service's clock.
        self._ended: dict[Subject, float] = {}
        # What happened before this to something unknown was told and is forgotten, or is not to be told.
        self._floor: float | None = None

    @property
    def complete(self) -> bool:
        """
        Whether there is nothing more to come: each session that was asked for has ended, and that was told. Of a room there
        is always more, since its sessions end after it.
        """
        ids = self._asked.session_ids.ids
        return bool(ids) and not self._open("session_id", ids)

    @property
    def endless(self) -> bool:
        """Whether there is always more to come: only a watch of sessions by their ids has an end."""
        return self._asked.WhichOneof("scope") != "session_ids"

    def request(self) -> event_pb2.WatchEventsRequest:
        """
        What to ask for now. The service counts the events of each session and room by themselves: of several sessions, those
        are asked for that the one which was told the least lacks. `passes` drops what was told.
        """
        request = event_pb2.WatchEventsRequest()
        request.CopyFrom(self._asked)
        if not self._told:
            return request
        request.snapshot = request.from_now = False
        scope = request.WhichOneof("scope")
        if scope == "session_ids":
            ids = self._open("session_id", request.session_ids.ids)
            request.after_sequence = min(self._told.get(("session_id", one), request.after_sequence) for one in ids)
            request.session_ids.ids[:] = ids
        elif scope == "room_ids":
            request.room_ids.ids[:] = self._open("room_id", request.room_ids.ids) or list(request.room_ids.ids)
        return request

    def passes(self, item: event_pb2.WatchEventsResponse) -> bool:
        """Whether the watcher is told the item. Cuts off a gap what was told before it opened."""
        kind = item.WhichOneof("item")
        if kind == "event":
            return self._event(item.event)
        if kind == "gap":
            return self._gap(item.gap)
        if kind == "snapshot":
            self._snapshot(item.snapshot)
            return True
        return False

    def _event(self, event: event_pb2.Event) -> bool:
        subject = _subject(event)
        told = self._told.get(subject)
        at = event.time.seconds + event.time.nanos / 1e9
        if event.sequence <= told if told is not None else at < (self._floor or 0):
            return False
        if self._asked.from_now and self._floor is None:
            self._floor = at
        self._told[subject] = event.sequence
        if event.WhichOneof("kind") in ("destroyed", "room_destroyed"):
            self._end(subject, at)
        return True

    def _end(self, subject: Subject, at: float) -> None:
        self._ended[subject] = at
        if len(self._ended) <= KEPT:
            return
        for old, ended in list(self._ended.items()):
            if ended >= at - KEPT_FOR:
                break
            del self._ended[old]
            self._told.pop(old, None)
            self._floor = max(self._floor or 0, ended + 1e-3)

    def _gap(self, gap: event_pb2.Gap) -> bool:
        subject = _subject(gap)
        told = self._told.get(subject, 0)
        if gap.last_missed <= told:
            return False
        gap.first_missed = max(gap.first_missed, told + 1)
        self._told[subject] = gap.last_missed
        return True

    def _snapshot(self, snapshot: event_pb2.Snapshot) -> None:
        kind = snapshot.WhichOneof("state")
        if kind is None:
            return
        subject = ("session_id", snapshot.session.session_id) if kind == "session" else ("room_id", snapshot.room.room_id)
        self._told[subject] = max(self._told.get(subject, 0), snapshot.sequence)

    def _open(self, kind: str, ids: Iterable[str]) -> list[str]:
        """Those of the ids that have not ended."""
        return [one for one in ids if (kind, one) not in self._ended]


def _subject(message: Message) -> Subject:
    """What tells sessions and rooms apart."""
    kind = message.WhichOneof("subject")
    return (kind, getattr(message, kind)) if kind else ("", "")


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """How a watch goes on when its stream breaks. All in seconds."""

    shortest: float = 0.1
    """The wait before the first new try, which doubles with each."""
    longest: float = 5.0
    """The longest wait between two tries."""
    give_up_after: float = 300.0
    """
    How long to try until the watch fails. The default is how long a service keeps the events of sessions that have ended,
    unless it is configured otherwise.
    """


class Trials:
    """The waits between tries: they double, are spread at random, and end."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._failed = 0
        self._first_failure = 0.0
        self._began = 0.0

    def begin(self) -> None:
        self._began = time.monotonic()

    def succeed(self) -> None:
        self._failed = 0

    def fail(self, at_least: float) -> float | None:
        """How many seconds to wait now. None if it is time to give up."""
        backoff = self._backoff
        now = time.monotonic()
        # A stream that stood longer than any wait was a success, even if nothing happened meanwhile.
        if now - self._began > backoff.longest:
            self._failed = 0
        if self._failed == 0:
            self._first_failure = now
        if now - self._first_failure > backoff.give_up_after:
            return None
        # The exponent is bounded only because floats are.
        delay = min(backoff.longest, backoff.shortest * 2.0 ** min(self._failed, 64)) * random.uniform(0.5, 1)
        self._failed += 1
        return min(max(delay, at_least), backoff.longest)
