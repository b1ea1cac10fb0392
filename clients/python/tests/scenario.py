"""What the runners for threads and for asyncio share: the scenarios, their steps, and how replies are judged."""

import json
import os
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from google.protobuf import json_format, message_factory
from google.protobuf.message import Message

import mediaplane.aio
from mediaplane import MediaplaneError
from mediaplane.v1 import backend_pb2, event_pb2, room_pb2, session_pb2
from values import differs, filled, picked

FILES = {"SessionService": session_pb2, "RoomService": room_pb2, "BackendService": backend_pb2}
STUBS = {"SessionService": "sessions", "RoomService": "rooms", "BackendService": "backends"}
KINDS: dict[str, set[str]] = {
    "call": {"request", "expect", "save", "error"},
    "watch": {"request"},
    "events": {"expect", "within"},
    "cut": set(),
    "close": set(),
}
ERRORS = {"code", "reason", "field", "retry"}


def variable(name: str) -> str:
    assert name in os.environ, f"{name} is not set: tests/clients runs this against a service"
    return os.environ[name]


def scenarios() -> list[dict[str, Any]]:
    """Each scenario, named for pytest."""
    found: list[dict[str, Any]] = json.loads(Path(variable("MEDIAPLANE_TEST_SCENARIO")).read_text())["scenarios"]
    assert found, "there are scenarios"
    return found


def cut() -> None:
    """Breaks every connection between the client and the service."""
    with urllib.request.urlopen(variable("MEDIAPLANE_TEST_CUT"), timeout=10) as answer:
        answer.read()


class Names(dict[str, Any]):
    """What was saved under names."""

    def __init__(self) -> None:
        super().__init__(run=uuid.uuid4().hex[:8])

    def read(self, step: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The kind of a step, and the step with its names replaced."""
        kind = next((kind for kind in KINDS if kind in step), None)
        assert kind, f"not a known kind of step: {step}"
        unknown = set(step) - KINDS[kind] - {kind}
        assert not unknown, f"unknown keys: {unknown}"
        return kind, filled(step, self)


class Call:
    """A call of a scenario."""

    def __init__(self, step: dict[str, Any]) -> None:
        service, self.method = step["call"].split(".")
        self.step = step
        self.stub = STUBS[service]
        method = FILES[service].DESCRIPTOR.services_by_name[service].methods_by_name[self.method]
        self.request = json_format.ParseDict(step["request"], message_factory.GetMessageClass(method.input_type)())

    def of(self, client: mediaplane.Client | mediaplane.aio.Client) -> Any:
        return getattr(getattr(client, self.stub), self.method)

    def answered(self, reply: Message, names: Names) -> None:
        """Judges a reply."""
        assert "error" not in self.step, f"it must fail, but: {reply}"
        found = as_json(reply)
        assert (wrong := differs(found, self.step.get("expect", {}))) is None, wrong
        names.update({name: picked(found, path) for name, path in self.step.get("save", {}).items()})

    def failed(self, error: MediaplaneError) -> None:
        """Judges an error."""
        if "error" not in self.step:
            raise error
        expected = self.step["error"]
        assert set(expected) <= ERRORS, f"unknown keys: {set(expected) - ERRORS}"
        assert (error.code().name, error.reason) == (expected["code"], expected["reason"]), error
        if "field" in expected:
            assert expected["field"] in [one.field for one in error.violations], error.violations
        if expected.get("retry"):
            assert error.retry_after and error.retry_after > 0, "a delay for another try"


def watch_request(step: dict[str, Any]) -> event_pb2.WatchEventsRequest:
    return json_format.ParseDict(step["request"], event_pb2.WatchEventsRequest())


def as_json(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)


class Recorded:
    """What a watch tells, checked: within each session and room no event is missing or told again."""

    def __init__(self, request: event_pb2.WatchEventsRequest) -> None:
        self._request = request
        self._last: dict[tuple[str | None, str], int] = {}

    def follow(self, item: event_pb2.WatchEventsResponse) -> dict[str, Any] | None:
        """The event as JSON. None if the item is none."""
        kind = item.WhichOneof("item")
        assert kind != "gap", f"events are missing: {item}"
        if kind != "event":
            return None
        event = item.event
        key = (event.WhichOneof("subject"), event.session_id or event.room_id)
        # Sessions come into a room that is watched in the midst of their lives.
        entered = self._request.WhichOneof("scope") == "room_ids" and key[0] == "session_id" and key not in self._last
        last = self._last.get(key, self._request.after_sequence)
        assert entered or event.sequence == last + 1, f"{key} was told {event.sequence} after {last}"
        self._last[key] = event.sequence
        return as_json(event)
