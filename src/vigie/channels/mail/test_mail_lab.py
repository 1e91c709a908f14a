"""Mail through a real Postfix, read back from a real mailbox by IMAP."""

import dataclasses

import pytest
from tests.support.mail_lab import MailLab
from tests.support.processes import free_port

from vigie.channels.mail import MailChannel
from vigie.channels.mail.test_encode import CALENDAR
from vigie.channels.mail.test_mail import config, message
from vigie.contracts.channel import (
    CalendarPart,
    ChannelConfig,
    OutgoingMessage,
    PassingFailure,
    PermanentFailure,
)
from vigie.contracts.conformance.channel import ChannelConformance

pytestmark = pytest.mark.lab


class TestConformanceOnPostfix(ChannelConformance):
    channel_class = MailChannel

    @pytest.fixture(autouse=True)
    def _lab(self, mail_lab: MailLab) -> None:
        self.lab = mail_lab

    def config(self) -> ChannelConfig:
        return config(self.lab.smtp_port)

    def unreachable(self) -> ChannelConfig:
        return config(free_port())

    def message(self, key: str) -> OutgoingMessage:
        return message(f"{key}@centre.test")

    def arrived(self, key: str) -> int:
        self.lab.wait_until_delivered()
        return len(self.lab.messages(f"{key}@centre.test"))


def test_a_notice_is_taken_and_read_back_as_it_was_written(mail_lab: MailLab) -> None:
    texts = {
        "fr": (
            "Arrêt du stockage « dCache » : reprise à 17 h 30",
            "L’œuvre est là ; n’est-ce pas ?\n.\nÀ bientôt !\n",
        ),
        "de": ("Störung: Überlauf im Speicher", "Größe der Änderung: Übermäßig. Grüße!\n"),
    }
    with MailChannel(config(mail_lab.smtp_port)).open() as session:
        for language, (subject, text) in texts.items():
            one = message(f"{language}@centre.test", subject=subject, text=text, html=f"<p>{text}</p>")
            receipt = session.send(dataclasses.replace(one, language=language))
            assert "queued as" in receipt.text
    for language, (subject, text) in texts.items():
        [mail] = mail_lab.messages(f"{language}@centre.test", at_least=1)
        body, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert body is not None
        assert html is not None
        assert mail["Subject"] == subject
        assert mail["Message-ID"] == "<notice-7-1@centre.test>"
        assert mail["Content-Language"] == language
        assert body.get_content() == text
        assert text in html.get_content()


def test_a_calendar_and_one_click_unsubscribing_come_through(mail_lab: MailLab) -> None:
    with MailChannel(config(mail_lab.smtp_port)).open() as session:
        session.send(
            message(
                calendar=CalendarPart(CALENDAR, "REQUEST"), list_unsubscribe="https://desk.centre.test/u/abc"
            )
        )
        session.send(message("list@centre.test"))
    [mail] = mail_lab.messages("orion@centre.test", at_least=1)
    assert mail["List-Unsubscribe"] == "<https://desk.centre.test/u/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    [beside] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert beside["Content-Type"].params["method"] == "REQUEST"
    assert "SUMMARY:Arrêt du réseau" in beside.get_content()
    [file] = mail.iter_attachments()
    assert file.get_content() == CALENDAR.encode()
    [to_a_list] = mail_lab.messages("list@centre.test", at_least=1)
    assert to_a_list["List-Unsubscribe"] is None


def test_a_repeat_carries_the_same_message_id(mail_lab: MailLab) -> None:
    with MailChannel(config(mail_lab.smtp_port)).open() as session:
        session.send(message())
        session.send(message())
    first, second = mail_lab.messages("orion@centre.test", at_least=2)
    assert first["Message-ID"] == second["Message-ID"] == "<notice-7-1@centre.test>"


def test_what_postfix_refuses_has_its_word_and_spares_the_next(mail_lab: MailLab) -> None:
    with MailChannel(config(mail_lab.smtp_port)).open() as session:
        with pytest.raises(PassingFailure, match=r"450 4\.2\.0 .*try again later"):
            session.send(message("later@centre.test"))
        with pytest.raises(PermanentFailure, match=r"552 5\.2\.2 .*mailbox full"):
            session.send(message("full@centre.test"))
        with pytest.raises(PermanentFailure, match=r"550 5\.1\.1 .*nobody-here@centre.test"):
            session.send(message("nobody-here@centre.test"))
        session.send(message())
    assert len(mail_lab.messages("orion@centre.test", at_least=1)) == 1


def test_a_late_bounce_comes_back_to_the_sender(mail_lab: MailLab) -> None:
    with MailChannel(config(mail_lab.smtp_port)).open() as session:
        session.send(message("bounce@centre.test", sender="returns@centre.test"))
    [bounce] = mail_lab.messages("returns@centre.test", at_least=1)
    assert bounce.get_content_type() == "multipart/report"
    assert "<notice-7-1@centre.test>" in bounce.as_string()


def test_a_server_that_was_away_takes_the_mail_later(mail_lab: MailLab) -> None:
    mail_lab.stop()
    with MailChannel(config(mail_lab.smtp_port)).open() as session:
        with pytest.raises(PassingFailure):
            session.send(message())
        mail_lab.start()
        session.send(message())
    assert len(mail_lab.messages("orion@centre.test", at_least=1)) == 1
