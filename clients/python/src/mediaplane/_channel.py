"""What the channels of both clients share: credentials and options."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import grpc

from .v1 import backend_pb2, room_pb2, session_pb2

Token = str | Callable[[], str]
"""A token, or what yields the one to use for the next call."""

SERVICES = tuple(
    file.DESCRIPTOR.services_by_name[name]
    for file, name in ((session_pb2, "SessionService"), (room_pb2, "RoomService"), (backend_pb2, "BackendService"))
)


def options(more: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The options of a channel. Those of the caller win."""
    return [
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 1_000),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        ("grpc.service_config", service_config()),
        *more,
    ]


def service_config() -> str:
    """
    Has calls that only read tried again when the connection breaks under them: they change nothing, however often they are
    done.
    """
    names = [
        {"service": service.full_name, "method": method.name}
        for service in SERVICES
        for method in service.methods
        if method.name.startswith(("Get", "List"))
    ]
    policy = {
        "maxAttempts": 4,
        "initialBackoff": "0.1s",
        "maxBackoff": "1s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": policy}]})


def credentials(tls: grpc.ChannelCredentials | None, token: Token | None) -> grpc.ChannelCredentials:
    """Of a channel with TLS, and with a token where there is one."""
    channel = tls or grpc.ssl_channel_credentials()
    if token is None:
        return channel
    return grpc.composite_channel_credentials(channel, grpc.metadata_call_credentials(_Bearer(token)))


def plaintext(tls: grpc.ChannelCredentials | None, token: Token | None) -> None:
    """Refuses what cannot be with a channel in plain text."""
    if tls is not None:
        raise ValueError("plaintext and tls exclude each other: leave one out")
    if token is not None:
        raise ValueError("a token is not sent in plain text, where others could read it: use TLS, or leave the token out")


class _Bearer(grpc.AuthMetadataPlugin):
    def __init__(self, token: Token) -> None:
        self._token = token

    def __call__(self, context: grpc.AuthMetadataContext, callback: grpc.AuthMetadataPluginCallback) -> None:
        try:
            token = self._token if isinstance(self._token, str) else self._token()
        except Exception as error:  # noqa: BLE001 - whatever it is, the call fails with it
            callback((), error)
        else:
            callback((("authorization", f"Bearer {token}"),), None)
