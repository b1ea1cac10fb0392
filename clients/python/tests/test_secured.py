"""The client for threads, by TLS and with a token."""

import pytest

import mediaplane
import secured
from mediaplane.v1.backend_pb2 import ListBackendsRequest
from mediaplane.v1.event_pb2 import WatchEventsRequest


def failed(client: mediaplane.Client) -> mediaplane.MediaplaneError:
    with pytest.raises(mediaplane.MediaplaneError) as thrown:
        client.backends.ListBackends(ListBackendsRequest(), timeout=secured.PATIENCE)
    return thrown.value


def watch_failed(client: mediaplane.Client, request: WatchEventsRequest) -> mediaplane.MediaplaneError:
    with pytest.raises(mediaplane.MediaplaneError) as thrown:
        next(client.watch(request, backoff=mediaplane.Backoff(give_up_after=secured.PATIENCE)))
    return thrown.value


@pytest.mark.parametrize("token", [secured.TOKEN, lambda: secured.TOKEN], ids=["text", "function"])
def test_it_reaches_the_service(token: mediaplane.Token) -> None:
    with mediaplane.connect(secured.TARGET, tls=secured.trusted(), token=token) as client:
        assert client.backends.ListBackends(ListBackendsRequest(), timeout=secured.PATIENCE).backends
        assert watch_failed(client, secured.NOBODY).reason == "SESSION_NOT_FOUND"


@pytest.mark.parametrize(("token", "words"), secured.REFUSED)
def test_who_shows_no_token_or_a_wrong_one_is_told(token: str | None, words: str) -> None:
    with mediaplane.connect(secured.TARGET, tls=secured.trusted(), token=token) as client:
        secured.told_to_log_in(failed(client), words)
        secured.told_to_log_in(watch_failed(client, secured.EVERYTHING), words)


def test_a_service_of_an_unknown_authority_is_refused() -> None:
    with mediaplane.connect(secured.TARGET, token=secured.TOKEN) as client:
        secured.not_reached(failed(client))


def test_a_token_that_cannot_be_had_fails_the_call() -> None:
    with mediaplane.connect(secured.TARGET, tls=secured.trusted(), token=secured.locked) as client:
        assert "the vault is locked" in failed(client).details()


@pytest.mark.parametrize("token", ["secret", lambda: "secret"], ids=["text", "function"])
def test_a_token_is_never_sent_in_plain_text(token: mediaplane.Token) -> None:
    with pytest.raises(ValueError, match="plain text"):
        mediaplane.connect("localhost:1", plaintext=True, token=token)
