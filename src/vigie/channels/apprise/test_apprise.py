"""Apprise against a small real HTTP server, by its own json:// address."""

import dataclasses
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.support.processes import free_port
from tests.support.small_http import SmallHttp, small_http_server

from vigie.channels.apprise import AppriseChannel
from vigie.contracts.channel import (
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

WORD = "a-key-that-nobody-may-see"


@pytest.fixture
def our_log() -> Iterator[io.StringIO]:
    """What a handler of the root logger writes at DEBUG (caplog listens at loggers that tell the root nothing)."""
    root, text = logging.getLogger(), io.StringIO()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def server() -> Iterator[SmallHttp]:
    with small_http_server() as running:
        yield running


def message(address: str, text: str = "dCache est arrêté.", **changes: str) -> OutgoingMessage:
    return OutgoingMessage("notice-7-1", address, "fr", TextPayload(text, **changes))


def send(address: str, text: str = "dCache est arrêté.", schemas: str = "", **changes: str) -> object:
    """The receipt's text, or the failure."""
    with AppriseChannel(ChannelConfig({"schemas": schemas, "timeout": 2})).open() as session:
        try:
            return session.send(message(address, text, **changes)).text
        except ChannelFailure as failure:
            return failure


class TestConformance(ChannelConformance):
    channel_class = AppriseChannel

    @pytest.fixture(autouse=True)
    def _server(self, server: SmallHttp) -> None:
        self.server = server

    def config(self) -> ChannelConfig:
        return ChannelConfig()

    unreachable = config

    def message(self, key: str) -> OutgoingMessage:
        return message(f"json://127.0.0.1:{self.server.port}/{key}")

    def stray(self, key: str) -> OutgoingMessage:
        return message(f"json://127.0.0.1:{free_port()}/{key}")

    def arrived(self, key: str) -> int:
        return len(self.server.at(f"/{key}"))


def test_a_text_arrives_with_its_title_and_link(server: SmallHttp) -> None:
    receipt = send(f"json://127.0.0.1:{server.port}/room", title="Arrêt", link="https://status.centre.test/7")
    assert receipt == "JSON: taken"
    [request] = server.at("/room")
    data = json.loads(request.body)
    assert data["title"] == "Arrêt"
    assert data["message"] == "dCache est arrêté.\nhttps://status.centre.test/7"


def test_a_long_text_is_cut_and_its_link_is_not(server: SmallHttp) -> None:
    send(f"json://127.0.0.1:{server.port}/room", "é" * 40_000, link="https://status.centre.test/7")
    text = json.loads(server.at("/room")[0].body)["message"]
    assert text.endswith("é…\nhttps://status.centre.test/7")
    assert len(text) == 32_768


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("status/404", PermanentFailure, "404"),
        ("status/401", PermanentFailure, "401"),
        ("status/302", PermanentFailure, "302"),
        ("status/429", PassingFailure, "429"),
        ("status/503", PassingFailure, "503"),
        ("redirect", PermanentFailure, "302"),
        ("cut", UncertainFailure, "may have taken"),
        ("drip", UncertainFailure, "may have taken"),
    ],
)
def test_each_answer_has_its_word_and_none_shows_the_address(
    server: SmallHttp, our_log: io.StringIO, path: str, kind: type, words: str
) -> None:
    result = send(f"json://vigie:{WORD}@127.0.0.1:{server.port}/{WORD}/{path}?rto=0.5")
    assert type(result) is kind
    assert words in str(result)
    assert WORD not in str(result)
    assert WORD not in our_log.getvalue()


def test_an_absent_service_is_a_passing_failure_that_shows_no_address(
    our_log: io.StringIO,
) -> None:
    result = send(f"json://127.0.0.1:{free_port()}/{WORD}")
    assert type(result) is PassingFailure
    assert WORD not in str(result) + our_log.getvalue()
    assert WORD not in repr(result.__cause__) + repr(result.__context__)


@pytest.mark.parametrize(
    "address",
    ["", WORD, f"nosuchservice://{WORD}", "tgram://", "slack://x", f"syslog://{WORD}", "json://a b", "json://é", f"https://a.test/{WORD}"],
)  # fmt: skip
def test_what_apprise_cannot_use_is_refused(address: str, our_log: io.StringIO) -> None:
    result = send(address)
    assert type(result) is PermanentFailure
    assert WORD not in str(result) + our_log.getvalue()


def test_an_administrator_may_allow_some_services_only(server: SmallHttp) -> None:
    assert send(f"json://127.0.0.1:{server.port}/room", schemas="JSON slack") == "JSON: taken"
    result = send(f"json://127.0.0.1:{server.port}/room", schemas="slack tgram")
    assert type(result) is PermanentFailure
    assert len(server.requests) == 1


def test_without_the_library_the_administrator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    result = send("json://127.0.0.1/room")
    assert type(result) is PassingFailure
    assert result.whole_channel
    assert "“apprise” is missing" in str(result)


def test_who_sends_no_chat_does_not_load_the_library() -> None:
    code = "import sys, vigie.channels.apprise; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_texts_are_carried() -> None:
    with AppriseChannel(ChannelConfig()).open() as session, pytest.raises(PermanentFailure):
        session.send(dataclasses.replace(message("json://127.0.0.1/"), payload=JsonPayload({})))
