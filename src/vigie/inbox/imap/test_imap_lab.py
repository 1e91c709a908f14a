"""The mailbox on a real Postfix and Dovecot: what comes back really comes back so."""

import imaplib
import smtplib
import time
from email.message import EmailMessage

import pytest
from tests.support.mail_lab import MailLab
from tests.support.processes import free_port

from vigie.contracts.channel import BadConfiguration, ChannelConfig
from vigie.contracts.conformance.inbox import InboxConformance, plain_mail
from vigie.contracts.inbox import InboundMail, InboxFailure
from vigie.inbox.imap import ImapInbox

pytestmark = pytest.mark.lab
DESK = "desk@centre.test"


def config(port: int, **values: object) -> ChannelConfig:
    return ChannelConfig(
        {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "user": DESK,
            "password": "test",
            "address": DESK,
            "timeout": 10,
            **values,
        }
    )


def append(lab: MailLab, mail: bytes, user: str = DESK) -> None:
    """Into the mailbox as it is: Postfix would mend what is broken."""
    with imaplib.IMAP4("127.0.0.1", lab.imap_port, timeout=30) as imap:
        imap.login(user, "test")
        assert imap.append("INBOX", "", "", mail)[0] == "OK"


def folders(lab: MailLab) -> dict[str, int]:
    with imaplib.IMAP4("127.0.0.1", lab.imap_port, timeout=30) as imap:
        imap.login(DESK, "test")
        names = [line.decode().rsplit(" ", 1)[1] for line in imap.list()[1] if isinstance(line, bytes)]
        return {name: int(imap.select(name, readonly=True)[1][0] or 0) for name in names}


def fetched(lab: MailLab, at_least: int = 1, **values: object) -> list[InboundMail]:
    """What the mailbox holds, once the post has brought it."""
    deadline = time.monotonic() + 20
    with ImapInbox(config(lab.imap_port, **values)).open() as session:
        while len(mails := session.fetch(20)) < at_least:
            assert time.monotonic() < deadline, f"{len(mails)} of {at_least} mails"
            time.sleep(0.05)
    return mails


def send(lab: MailLab, mail: EmailMessage, *, envelope_from: str | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", lab.smtp_port) as smtp:
        smtp.send_message(mail, from_addr=envelope_from)


def written(subject: str, text: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@centre.test>", headers.pop("To", DESK), subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


class TestConformanceOnDovecot(InboxConformance):
    inbox_class = ImapInbox

    @pytest.fixture(autouse=True)
    def _lab(self, mail_lab: MailLab) -> None:
        self.lab = mail_lab

    def config(self) -> ChannelConfig:
        return config(self.lab.imap_port)

    def unreachable(self) -> ChannelConfig:
        return config(free_port())

    def deliver(self, mail: bytes) -> None:
        append(self.lab, mail)


class TestConformanceWithMarks(TestConformanceOnDovecot):
    """Nothing is moved: settled mails stay, marked."""

    def config(self) -> ChannelConfig:
        return config(self.lab.imap_port, done_folder="", aside_folder="")


def test_a_bounce_that_comes_late_names_the_mail_and_the_address(mail_lab: MailLab) -> None:
    mail = written("Arrêt", "Il est arrêté.", To="bounce@centre.test", Message_ID="<n7@centre.test>")
    send(mail_lab, mail, envelope_from=DESK)
    [report] = fetched(mail_lab)
    assert (report.nature, report.faults) == ("bounce", ())
    [bounce] = report.bounces
    assert bounce.recipient == "bounce@centre.test"
    assert bounce.original_message_id == "n7@centre.test"
    assert (bounce.action, bounce.final) == ("failed", True)
    assert bounce.status.startswith("5.")
    assert "no such person" in bounce.diagnostic


def test_an_answer_a_vacation_and_a_calendars_reply_are_told_apart(mail_lab: MailLab) -> None:
    answer = written(
        "Re: Arrêt de dCache",
        "Jusqu’à quand ?\n\nLe dim. 22 nov. 2026 à 14:30, Vigie <desk@centre.test> a écrit :\n> Il est arrêté.\n",
        To="desk@centre.test",
        In_Reply_To="<n7@centre.test>",
    )
    send(mail_lab, answer)
    [mail] = fetched(mail_lab)
    assert (mail.nature, mail.text) == ("person", "Jusqu’à quand ?")
    assert mail.in_reply_to == ("n7@centre.test",)
    assert mail.message_id
    send(
        mail_lab,
        written("Absence", "Je suis en congé.", Auto_Submitted="auto-replied (vacation)"),
        envelope_from="<>",
    )
    invited = written("Accepted: Arrêt", "Ada accepts.")
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@centre.test\nEND:VCALENDAR\n"
    )
    invited.add_alternative(calendar, subtype="calendar", params={"method": "REPLY"})
    send(mail_lab, invited)
    natures = {one.subject: one.nature for one in fetched(mail_lab, 3)}
    assert natures == {
        "Re: Arrêt de dCache": "person",
        "Absence": "auto-reply",
        "Accepted: Arrêt": "calendar",
    }


def test_settled_mails_are_where_people_find_them(mail_lab: MailLab) -> None:
    for name in ("one", "two", "three"):
        append(mail_lab, plain_mail(name))
    with ImapInbox(config(mail_lab.imap_port)).open() as session:
        one, two, _ = session.fetch(9)
        session.settle(one.uid, "done")
        session.settle(two.uid, "set-aside")
    assert folders(mail_lab) == {"INBOX": 1, "Vigie-done": 1, "Vigie-aside": 1}


def test_of_a_giant_mail_only_the_beginning_is_read(mail_lab: MailLab) -> None:
    mail = written("Journaux", "Voici les journaux.\n")
    mail.add_attachment(b"x" * 3_000_000, maintype="application", subtype="octet-stream", filename="log")
    append(mail_lab, mail.as_bytes())
    [read] = fetched(mail_lab, max_bytes=50_000)
    assert read.cut
    assert read.size > 4_000_000
    assert read.text == "Voici les journaux."


def test_a_number_from_before_the_mailbox_was_made_anew_settles_nothing(mail_lab: MailLab) -> None:
    append(mail_lab, plain_mail("one"))
    [one] = fetched(mail_lab)
    number = one.uid.partition(":")[2]
    with ImapInbox(config(mail_lab.imap_port)).open() as session:
        session.settle(f"1:{number}", "done")
        assert len(session.fetch(9)) == 1


def test_a_wrong_password_and_a_missing_folder_are_told(mail_lab: MailLab) -> None:
    for values in (
        {"password": "wrong-word"},
        {"folder": "Nowhere"},
        {"security": "starttls"},
        {"security": "tls"},
        {"host": ""},
    ):
        with ImapInbox(config(mail_lab.imap_port, **values)).open() as session:  # type: ignore[arg-type] # test data
            with pytest.raises(InboxFailure) as failure:
                session.fetch(1)
            assert "wrong-word" not in str(failure.value)


def test_a_connection_that_was_lost_is_made_anew(mail_lab: MailLab) -> None:
    append(mail_lab, plain_mail("one"))
    with ImapInbox(config(mail_lab.imap_port)).open() as session:
        assert len(session.fetch(9)) == 1
        mail_lab.stop()
        with pytest.raises(InboxFailure):
            session.fetch(9)
        mail_lab.start()
        [mail] = session.fetch(9)
        session.settle(mail.uid, "done")
        assert session.fetch(9) == []


@pytest.mark.parametrize(
    "values", [{"security": "ssl"}, {"done_folder": "INBOX"}, {"max_bytes": 1}, {"ca_file": "/nowhere.pem"}]
)
def test_a_configuration_that_cannot_work_is_refused_at_once(values: dict[str, object]) -> None:
    with pytest.raises(BadConfiguration, match=next(iter(values))):
        ImapInbox(config(143, **values))
