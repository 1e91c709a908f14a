"""Mail against a small real SMTP server: every way a transaction can end."""

import dataclasses
import socket
import threading
import time

import pytest
from tests.support.processes import free_port
from tests.support.small_smtp import SmallSmtp, small_smtp_server

from vigie.channels.mail import MailChannel
from vigie.contracts.channel import (
    BadConfiguration,
    ChannelConfig,
    ChannelFailure,
    MailPayload,
    OutgoingMessage,
    PassingFailure,
    PermanentFailure,
    UncertainFailure,
)
from vigie.contracts.conformance.channel import ChannelConformance


def config(port: int, **values: object) -> ChannelConfig:
    return ChannelConfig(
        {"host": "127.0.0.1", "port": port, "timeout": 5, "helo": "desk.centre.test", **values}
    )


def message(address: str = "orion@centre.test", **changes: object) -> OutgoingMessage:
    payload = MailPayload(
        sender="Centre de calcul <vigie@centre.test>",
        subject="Arrêt de dCache : reprise prévue à 17 h 30",
        text="Bonjour,\n\nLe stockage « dCache » est arrêté.\n.\n..fin\n",
        html="<p>Le stockage « dCache » est arrêté.</p>",
        message_id="notice-7-1@centre.test",
    )
    return OutgoingMessage("notice-7-1", address, "fr", dataclasses.replace(payload, **changes))  # type: ignore[arg-type] # test data


def send(server: SmallSmtp, *messages: OutgoingMessage, **values: object) -> list[object]:
    """What became of each message, over one session."""
    results: list[object] = []
    with MailChannel(config(server.smtp_port, **values)).open() as session:
        for one in messages:
            try:
                results.append(session.send(one).text)
            except ChannelFailure as failure:
                results.append(failure)
    return results


class TestConformance(ChannelConformance):
    channel_class = MailChannel

    @pytest.fixture(autouse=True)
    def _server(self, small_smtp: SmallSmtp) -> None:
        self.server = small_smtp

    def config(self) -> ChannelConfig:
        return config(self.server.smtp_port)

    def unreachable(self) -> ChannelConfig:
        return config(free_port())

    def message(self, key: str) -> OutgoingMessage:
        return message(f"{key}@centre.test")

    def arrived(self, key: str) -> int:
        return len(self.server.messages(f"{key}@centre.test"))


def test_a_mail_arrives_as_it_was_written(small_smtp: SmallSmtp) -> None:
    [receipt] = send(
        small_smtp,
        message(
            reply_to="fil-7@centre.test",
            list_unsubscribe="https://desk.centre.test/u/" + "x" * 120,
            headers=(
                ("List-Id", "Notices <notices.centre.test>"),
                ("References", "<notice-7-0@centre.test>"),
            ),
        ),
    )
    assert str(receipt).startswith("250 2.0.0 kept")
    [mail] = small_smtp.messages("orion@centre.test")
    assert mail["Return-Path"] == "<vigie@centre.test>"
    assert mail["From"].addresses[0].display_name == "Centre de calcul"
    assert mail["Subject"] == "Arrêt de dCache : reprise prévue à 17 h 30"
    assert mail["Message-ID"] == "<notice-7-1@centre.test>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["Reply-To"] == "fil-7@centre.test"
    assert mail["List-Id"] == "Notices <notices.centre.test>"
    assert mail["List-Unsubscribe"] == "<https://desk.centre.test/u/" + "x" * 120 + ">"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["To"] == "orion@centre.test"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content() == "Bonjour,\n\nLe stockage « dCache » est arrêté.\n.\n..fin\n"
    assert html.get_content() == "<p>Le stockage « dCache » est arrêté.</p>\n"


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("later", PassingFailure, "450 4.2.0 try again later"),
        ("full", PermanentFailure, "552 5.2.2 mailbox full"),
        ("nobody-here", PermanentFailure, "550 5.1.1 no such person"),
        ("closing", PassingFailure, "421 4.3.2 closing"),
        ("cut-rcpt", PassingFailure, "hung up before the mail was sent"),
        ("cut-data", PassingFailure, "hung up before the mail was sent"),
        ("cut-before", UncertainFailure, "its answer was lost"),
        ("cut-after", UncertainFailure, "its answer was lost"),
        ("garbled", UncertainFailure, "its answer was lost"),
        ("refused", PermanentFailure, "554 5.6.0 content refused"),
        ("busy", PassingFailure, "451 4.3.0 busy"),
    ],
)
def test_each_fault_has_its_word_and_spares_the_next_message(
    small_smtp: SmallSmtp, name: str, kind: type[ChannelFailure], words: str
) -> None:
    first, failure, last = send(
        small_smtp,
        message("before@centre.test"),
        message(f"{name}@centre.test"),
        message("behind@centre.test"),
    )
    assert str(first).startswith("250")
    assert type(failure) is kind
    assert words in str(failure)
    assert str(last).startswith("250")
    assert (
        len(small_smtp.messages("before@centre.test")) == len(small_smtp.messages("behind@centre.test")) == 1
    )
    assert len(small_smtp.messages(f"{name}@centre.test")) == (1 if name == "cut-after" else 0)


def test_a_server_that_wants_one_command_at_a_time_gets_it() -> None:
    with small_smtp_server("--no-pipelining") as server:
        names = ("before", "later", "a", "nobody", "b", "cut-data", "c", "refused", "behind")
        outcomes = send(server, *[message(f"{name}@centre.test") for name in names])
        kinds = (str, PassingFailure, str, PermanentFailure, str, PassingFailure, str, PermanentFailure, str)
        assert [type(one) if isinstance(one, ChannelFailure) else str for one in outcomes] == list(kinds)
        assert [len(server.messages(f"{name}@centre.test")) for name in names] == [1, 0, 1, 0, 1, 0, 1, 0, 1]


def test_a_server_that_goes_ahead_without_a_recipient_gets_no_message() -> None:
    """RFC 2920 lets it: what we would send then would be a mail for nobody."""
    heard: list[bytes] = []

    def answer(listener: socket.socket) -> None:
        for replies in (
            b"250 ok\r\n550 no such person\r\n354 go on\r\n",
            b"250 ok\r\n" * 2 + b"354 go on\r\n",
        ):
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 hi\r\n")
                lines.readline()
                connection.sendall(b"250-me\r\n250 PIPELINING\r\n")
                for _ in range(3):
                    lines.readline()
                connection.sendall(replies)
                rest = b""
                while not rest.endswith(b"\r\n.\r\n") and (line := lines.readline()):
                    rest += line
                heard.append(rest)
                if rest:
                    connection.sendall(b"250 kept\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,), daemon=True)
        thread.start()
        with MailChannel(config(listener.getsockname()[1])).open() as session:
            with pytest.raises(PermanentFailure, match="550"):
                session.send(message("gone@centre.test"))
            assert session.send(message("here@centre.test")).text == "250 kept"
            thread.join(5)
    assert heard[0] == b""
    assert b"dCache" in heard[1]


def test_one_connection_serves_many_messages_and_refusals(small_smtp: SmallSmtp) -> None:
    send(
        small_smtp, *[message(f"{name}@centre.test") for name in ("a", "later", "b", "full", "refused", "c")]
    )
    assert small_smtp.connections() == 1


def test_a_connection_that_the_server_closed_while_idle_is_made_anew_without_a_failure(
    small_smtp: SmallSmtp,
) -> None:
    with MailChannel(config(small_smtp.smtp_port)).open() as session:
        session.send(message("idle@centre.test"))
        time.sleep(0.1)  # until the server has hung up
        session.send(message("after-idle@centre.test"))
    assert len(small_smtp.messages("after-idle@centre.test")) == 1
    assert small_smtp.connections() == 2


def test_a_server_that_comes_back_gets_the_mail(small_smtp: SmallSmtp) -> None:
    small_smtp.stop()
    with MailChannel(config(small_smtp.smtp_port)).open() as session:
        with pytest.raises(PassingFailure, match="Connection refused") as away:
            session.send(message())
        assert away.value.whole_channel
        small_smtp.start()
        session.send(message())
    assert len(small_smtp.messages("orion@centre.test")) == 1


def test_an_answer_that_takes_too_long_after_the_dot_is_uncertain(small_smtp: SmallSmtp) -> None:
    [failure] = send(small_smtp, message("slow-4@centre.test"), timeout=1)
    assert type(failure) is UncertainFailure
    assert "timed out" in str(failure)
    assert len(small_smtp.messages("slow-4@centre.test")) == 1


def test_greylisting_passes(small_smtp: SmallSmtp) -> None:
    first, second = send(small_smtp, *[message("greylist-1@centre.test")] * 2)
    assert type(first) is PassingFailure
    assert str(second).startswith("250")


def test_an_address_beyond_ascii_goes_out_where_the_server_takes_it(small_smtp: SmallSmtp) -> None:
    [receipt] = send(small_smtp, message("hélène@bücher.test"))
    assert str(receipt).startswith("250")
    [mail] = small_smtp.messages("hélène@xn--bcher-kva.test")
    assert mail["Subject"] == "Arrêt de dCache : reprise prévue à 17 h 30"


def test_an_address_beyond_ascii_is_refused_where_the_server_does_not_take_it() -> None:
    with small_smtp_server("--no-smtputf8") as server:
        failure, receipt = send(server, message("hélène@centre.test"), message("orion@bücher.test"))
        assert type(failure) is PermanentFailure
        assert "SMTPUTF8" in str(failure)
        assert str(receipt).startswith("250"), "a domain beyond ASCII has an ASCII form"


def test_login_over_starttls(certificate: str) -> None:
    with small_smtp_server("--login", "vigie:secret", "--tls", certificate) as server:
        good = {"host": "localhost", "user": "vigie", "starttls": True, "ca_file": certificate}
        [receipt] = send(server, message(), **good, password="secret")
        assert str(receipt).startswith("250")
        assert all(
            type(failure) is PassingFailure and failure.whole_channel
            for failure in (
                *send(server, message(), **good, password="wrong"),
                *send(server, message(), host="localhost", starttls=True),  # a certificate nobody vouches for
                *send(server, message()),  # no login at all
            )
        ), "a fault of our configuration condemns no message"
        assert "secret" not in repr(config(1, password="secret"))


@pytest.mark.parametrize(
    "values",
    [{"port": "many"}, {"timeout": 0}, {"starttls": "yes"}, {"starttls": True, "ca_file": "/nowhere.pem"}],
)
def test_a_configuration_that_cannot_work_is_refused_at_once(values: dict[str, object]) -> None:
    with pytest.raises(BadConfiguration, match=next(reversed(values))):
        MailChannel(config(**{"port": 25} | values))  # type: ignore[arg-type] # that is the point
