"""Webhooks against a small real HTTP server: every way a delivery can end."""

import dataclasses
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.processes import free_port
from tests.support.small_http import SmallHttp, small_http_server

from vigie.channels.webhook import WebhookChannel, key_for, verify
from vigie.channels.webhook.guard import REFUSED, networks, resolve, target
from vigie.contracts.channel import (
    BadConfiguration,
    ChannelConfig,
    ChannelFailure,
    JsonPayload,
    OutgoingMessage,
    PassingFailure,
    PermanentFailure,
    TextPayload,
    UncertainFailure,
)
from vigie.contracts.conformance.channel import ChannelConformance

SECRET = "the channel's secret"


@pytest.fixture
def server() -> Iterator[SmallHttp]:
    with small_http_server() as running:
        yield running


def message(address: str, **body: object) -> OutgoingMessage:
    return OutgoingMessage("notice-7-1", address, "fr", JsonPayload({"title": "Arrêt de dCache", **body}))


def send(address: str, *, body: dict[str, object] | None = None, **values: object) -> object:
    """The receipt's text, or the failure."""
    with WebhookChannel(ChannelConfig({"secret": SECRET, "timeout": 5, **values})).open() as session:
        try:
            return session.send(message(address, **body or {})).text
        except ChannelFailure as failure:
            return failure


class TestConformance(ChannelConformance):
    channel_class = WebhookChannel

    @pytest.fixture(autouse=True)
    def _server(self, server: SmallHttp) -> None:
        self.server = server

    def config(self) -> ChannelConfig:
        return ChannelConfig({"secret": SECRET, "timeout": 5})

    unreachable = config

    def message(self, key: str) -> OutgoingMessage:
        return dataclasses.replace(message(f"http://127.0.0.1:{self.server.port}/{key}"), key=key)

    def stray(self, key: str) -> OutgoingMessage:
        return message(f"http://127.0.0.1:{free_port()}/{key}")

    def arrived(self, key: str) -> int:
        return len(self.server.at(f"/{key}"))


def test_a_message_arrives_signed_and_named(server: SmallHttp) -> None:
    address = f"http://127.0.0.1:{server.port}/hook?room=7"
    assert send(address) == send(address) == "200 OK taken"
    first, second = server.at("/hook?room=7")
    verify(first.headers, first.body, key_for(SECRET, address), datetime.now(UTC))
    data = json.loads(first.body)
    assert data["title"] == "Arrêt de dCache"
    assert data["language"] == "fr"
    assert data["delivery"] == first.headers["X-Vigie-Delivery"]
    assert first.headers["Idempotency-Key"] == f'"{data["delivery"]}"' == second.headers["Idempotency-Key"]
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("status/204", str, "204"),
        ("status/301", PermanentFailure, "Redirects are not followed"),
        ("redirect", PermanentFailure, "Redirects are not followed"),
        ("status/400", PermanentFailure, "400 Bad Request as you wish"),
        ("status/401", PermanentFailure, "401"),
        ("status/404", PermanentFailure, "404"),
        ("status/410", PermanentFailure, "410"),
        ("status/408", PassingFailure, "408"),
        ("status/425", PassingFailure, "425"),
        ("status/429", PassingFailure, "429"),
        ("status/500", PassingFailure, "500"),
        ("status/503", PassingFailure, "503"),
        ("cut", UncertainFailure, "its answer was lost"),
    ],
)
def test_each_answer_has_its_word(server: SmallHttp, path: str, kind: type, words: str) -> None:
    result = send(f"http://127.0.0.1:{server.port}/hook/{path}")
    assert type(result) is kind
    assert words in str(result)
    assert not server.at("/elsewhere")
    if isinstance(result, PassingFailure):
        assert not result.whole_channel


def test_a_receiver_may_ask_for_patience(server: SmallHttp) -> None:
    def pause(after: str) -> timedelta | None:
        result = send(f"http://127.0.0.1:{server.port}/status/429?after={after}")
        assert isinstance(result, PassingFailure)
        return result.retry_after

    assert pause("120") == timedelta(minutes=2)
    assert pause("Sun,%2022%20Nov%202020%2014:30:00%20GMT") == timedelta(0)
    assert pause("soon") is None
    assert pause("99999999999999999999999") == timedelta(days=7)


def test_a_receiver_that_drips_its_answer_is_left_at_the_deadline(server: SmallHttp) -> None:
    result = send(f"http://127.0.0.1:{server.port}/hook/drip", timeout=1)
    assert type(result) is UncertainFailure
    assert "it took too long" in str(result)


def test_a_receiver_that_never_answers_is_left_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        result = send(f"http://127.0.0.1:{deaf.getsockname()[1]}/", timeout=1)
    assert type(result) is UncertainFailure


def test_https_is_verified(certificate: str) -> None:
    with small_http_server(certificate) as server:
        address = f"https://localhost:{server.port}/hook"
        assert send(address, ca_file=certificate) == "200 OK taken"
        result = send(address)
        assert type(result) is PassingFailure
        assert "certificate does not verify" in str(result)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "address",
    ["", "hook", "ftp://a.test/", "https://", "https:///x", "https://u:p@a.test/", "https://u@a.test/", "https://a.test/\r\nX:",
     "https://a.test/ b", "https://a.test:port/", "https://a..test/", "https://a.test/é", "https://[::1/", "file:///etc/passwd",
     "https://" + "a" * 64 + ".test/", "https://a.test/" + "x" * 3000],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_not_repeated(address: str) -> None:
    result = send(address)
    assert type(result) is PermanentFailure
    assert "u:p" not in str(result)


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "0.0.0.0",  # noqa: S104 # refused, not bound
     "[::]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[fd00:ec2::254]", "100.100.100.200", "224.0.0.1"],
)  # fmt: skip
def test_metadata_and_link_local_addresses_are_refused_however_they_are_written(host: str) -> None:
    for scheme in ("http", "https"):
        result = send(f"{scheme}://{host}/latest/meta-data", allow_http=True)
        assert type(result) is PermanentFailure, result
        assert "no webhook may go" in str(result)
        assert "meta-data" not in str(result)


def test_plain_http_stays_on_this_host_unless_configured() -> None:
    refused = networks(REFUSED)
    beyond = target("http://192.0.2.1/hook")
    with pytest.raises(PermanentFailure, match="needs https"):
        resolve(beyond, refused, allow_http=False)
    assert resolve(beyond, refused, allow_http=True) == ("192.0.2.1",)
    assert resolve(target("https://192.0.2.1/hook"), refused, allow_http=False) == ("192.0.2.1",)


def test_an_administrator_may_refuse_more(server: SmallHttp) -> None:
    result = send(f"http://127.0.0.1:{server.port}/hook", refused_networks=f"{REFUSED} 127.0.0.0/8")
    assert type(result) is PermanentFailure
    assert not server.requests


def test_a_name_that_is_not_known_may_be_known_later() -> None:
    assert type(send("https://nowhere.invalid/hook")) is PassingFailure


def test_what_is_too_long_or_no_json_never_leaves(server: SmallHttp) -> None:
    address = f"http://127.0.0.1:{server.port}/hook"
    assert type(send(address, body={"text": "x" * 2000}, max_bytes=1000)) is PermanentFailure
    assert type(send(address, body={"at": datetime.now(UTC)})) is PermanentFailure
    assert type(send(address, body={"share": float("nan")})) is PermanentFailure
    assert not server.requests


def test_without_a_secret_nothing_leaves_and_nothing_is_condemned(server: SmallHttp) -> None:
    with WebhookChannel(ChannelConfig()).open() as session, pytest.raises(PassingFailure) as failure:
        session.send(message(f"http://127.0.0.1:{server.port}/hook"))
    assert failure.value.whole_channel
    assert not server.requests


@pytest.mark.parametrize(
    "values", [{"refused_networks": "10.0.0.0/99"}, {"timeout": 0}, {"ca_file": "/nowhere.pem"}]
)
def test_a_configuration_that_cannot_work_is_refused_at_once(values: dict[str, object]) -> None:
    with pytest.raises(BadConfiguration, match=next(iter(values))):
        WebhookChannel(ChannelConfig(values))


def test_only_json_is_carried() -> None:
    with WebhookChannel(ChannelConfig({"secret": SECRET})).open() as session, pytest.raises(PermanentFailure):
        session.send(dataclasses.replace(message("https://a.test/"), payload=TextPayload("t")))
