"""What both tests by TLS and with a token share."""

from pathlib import Path

import grpc

from mediaplane import MediaplaneError
from mediaplane.v1.event_pb2 import WatchEventsRequest
from scenario import variable

TARGET = variable("MEDIAPLANE_TEST_TLS_TARGET")
TOKEN = variable("MEDIAPLANE_TEST_TOKEN")
# Tokens that are refused, each with words that the error has then.
REFUSED = [(None, ""), ("wrong", "get a new one")]
NOBODY = WatchEventsRequest(session_ids=WatchEventsRequest.SessionIds(ids=["nobody"]))
EVERYTHING = WatchEventsRequest(all=WatchEventsRequest.All())
# Far beyond what a call takes, and short of how long a watch tries.
PATIENCE = 20


def trusted() -> grpc.ChannelCredentials:
    """Trusts the authority of the proxy, and no other."""
    return grpc.ssl_channel_credentials(Path(variable("MEDIAPLANE_TEST_CA")).read_bytes())


def told_to_log_in(error: MediaplaneError, words: str) -> None:
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert not error.reason and not error.transient
    assert words in error.details()


def not_reached(error: MediaplaneError) -> None:
    assert error.code() is grpc.StatusCode.UNAVAILABLE and not error.reason
    assert "certificate" in error.details().lower()


def locked() -> str:
    raise OSError("the vault is locked")
