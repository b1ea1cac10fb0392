"""Errors of calls, with what the service tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "mediaplane"
DETAILS = "grpc-status-details-bin"

# What broken connections and proxies fail calls with.
TRANSIENT = frozenset(
    {
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)


@dataclass(frozen=True)
class FieldViolation:
    """A field of a request that the service did not accept."""

    field: str
    """The path of the field, as `type.publish.room_id`."""
    description: str
    """What is wrong with it."""


class MediaplaneError(grpc.RpcError):
    """A call that failed, in the words of the service where it gave them. Every call of the clients fails with it."""

    reason: str
    """
    Why, if the service itself said so: a name of `ErrorReason` without its prefix, as `SESSION_NOT_FOUND`. Empty where the
    call did not reach it, or a proxy before it answered.
    """
    metadata: Mapping[str, str]
    """What the service adds to the reason: `backend`, `type` and `action` of `NOT_SUPPORTED`, for example."""
    violations: tuple[FieldViolation, ...]
    """The fields that were wrong. Empty if it was none."""
    retry_after: float | None
    """After how many seconds another try may help. None if none will."""

    def __init__(self, code: grpc.StatusCode, message: str, details: bytes = b"") -> None:
        """Of the code, the message, and the bytes of the `google.rpc.Status` that came with them."""
        self._code = code
        self._message = message
        self._details = details
        self.reason = ""
        self.metadata = {}
        self.violations = ()
        self.retry_after = None
        for detail in status_pb2.Status.FromString(details).details:
            self._read(detail)
        super().__init__(f"{code.name}: {message}" + (f" ({self.reason})" if self.reason else ""))

    def code(self) -> grpc.StatusCode:
        """The gRPC code."""
        return self._code

    def details(self) -> str:
        """What was wrong and what to do."""
        return self._message

    def trailing_metadata(self) -> Any:
        """The details as gRPC brought them."""
        return ((DETAILS, self._details),) if self._details else ()

    def _read(self, detail: any_pb2.Any) -> None:
        info = error_details_pb2.ErrorInfo()
        bad = error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info) and info.domain == DOMAIN:
            self.reason = info.reason
            self.metadata = dict(info.metadata)
        elif detail.Unpack(bad):
            self.violations += tuple(FieldViolation(one.field, one.description) for one in bad.field_violations)
        elif detail.Unpack(retry):
            self.retry_after = retry.retry_delay.ToTimedelta().total_seconds()

    @property
    def transient(self) -> bool:
        """
        Whether the same call may succeed later: the service says so, or it was not the service that failed it. A call that is
        not idempotent may have been done all the same.
        """
        if self.reason:
            return self.retry_after is not None or self._code is grpc.StatusCode.UNAVAILABLE
        return self._code in TRANSIENT


def typed(error: grpc.RpcError) -> MediaplaneError:
    """What gRPC raised, as an error of this kind."""
    if isinstance(error, MediaplaneError):
        return error
    trailers: Any = error.trailing_metadata() or ()
    details = next((value for key, value in trailers if key == DETAILS), b"")
    return MediaplaneError(error.code(), error.details() or "", details)


def stopped() -> MediaplaneError:
    """A watch that has no end was ended."""
    return MediaplaneError(grpc.StatusCode.UNAVAILABLE, "the service has ended the stream, as it does when it stops")


def closed() -> MediaplaneError:
    """A call whose client was closed, or that was cancelled itself."""
    return MediaplaneError(grpc.StatusCode.CANCELLED, "the call was cancelled, or its client closed")


def fail(error: grpc.RpcError) -> NoReturn:
    """Raises it as an error of this kind."""
    raise typed(error) from error
