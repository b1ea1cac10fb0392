"""The client for asyncio, by TLS and with a token."""

import asyncio

import pytest

import mediaplane.aio
import secured
from mediaplane.v1.backend_pb2 import ListBackendsRequest
from mediaplane.v1.event_pb2 import WatchEventsRequest


async def failed(client: mediaplane.aio.Client) -> mediaplane.MediaplaneError:
    with pytest.raises(mediaplane.MediaplaneError) as thrown:
        await client.backends.ListBackends(ListBackendsRequest(), timeout=secured.PATIENCE)
    return thrown.value


async def watch_failed(client: mediaplane.aio.Client, request: WatchEventsRequest) -> mediaplane.MediaplaneError:
    with pytest.raises(mediaplane.MediaplaneError) as thrown:
        await anext(client.watch(request, backoff=mediaplane.Backoff(give_up_after=secured.PATIENCE)))
    return thrown.value


@pytest.mark.parametrize("token", [secured.TOKEN, lambda: secured.TOKEN], ids=["text", "function"])
def test_it_reaches_the_service(token: mediaplane.Token) -> None:
    async def reaches() -> None:
        async with mediaplane.aio.connect(secured.TARGET, tls=secured.trusted(), token=token) as client:
            reply = await client.backends.ListBackends(ListBackendsRequest(), timeout=secured.PATIENCE)
            assert reply.backends
            assert (await watch_failed(client, secured.NOBODY)).reason == "SESSION_NOT_FOUND"

    asyncio.run(reaches())


@pytest.mark.parametrize(("token", "words"), secured.REFUSED)
def test_who_shows_no_token_or_a_wrong_one_is_told(token: str | None, words: str) -> None:
    async def is_told() -> None:
        async with mediaplane.aio.connect(secured.TARGET, tls=secured.trusted(), token=token) as client:
            secured.told_to_log_in(await failed(client), words)
            secured.told_to_log_in(await watch_failed(client, secured.EVERYTHING), words)

    asyncio.run(is_told())


def test_a_service_of_an_unknown_authority_is_refused() -> None:
    async def is_refused() -> None:
        async with mediaplane.aio.connect(secured.TARGET, token=secured.TOKEN) as client:
            secured.not_reached(await failed(client))

    asyncio.run(is_refused())


def test_a_token_that_cannot_be_had_fails_the_call() -> None:
    async def fails() -> None:
        async with mediaplane.aio.connect(secured.TARGET, tls=secured.trusted(), token=secured.locked) as client:
            assert "the vault is locked" in (await failed(client)).details()

    asyncio.run(fails())


def test_a_token_is_never_sent_in_plain_text() -> None:
    with pytest.raises(ValueError, match="plain text"):
        mediaplane.aio.connect("localhost:1", plaintext=True, token="secret")
