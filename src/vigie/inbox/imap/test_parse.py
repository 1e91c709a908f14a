"""Parsing: hand-made mails, good, strange and broken."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.contracts.inbox import InboundMail
from vigie.inbox.imap.parse import parse

ARRIVED = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
HEAD = "From: Ada Leclerc <Ada@Orion.test>\nTo: desk+tok-7@centre.test\nSubject: Re: Outage\nMessage-ID: <m1@orion.test>\n"


def read(mail: str | bytes | EmailMessage, **more: object) -> InboundMail:
    raw = (
        mail.as_bytes()
        if isinstance(mail, EmailMessage)
        else mail.encode()
        if isinstance(mail, str)
        else mail
    )
    return parse(raw, uid="1:1", arrived=ARRIVED, own_address="desk@centre.test", **more)  # type: ignore[arg-type] # test data


def test_a_plain_answer() -> None:
    mail = read(
        HEAD + "Date: Sun, 22 Nov 2026 15:00:00 +0100\nIn-Reply-To: <n7@centre.test>\n"
        "References: <n6@centre.test>\n <n7@centre.test>\n\nUntil when?\n\nOn 22/11/2026 14:30, Vigie wrote:\n> Down.\n"
    )
    assert mail.message_id == "m1@orion.test"
    assert mail.in_reply_to == ("n7@centre.test",)
    assert mail.references == ("n6@centre.test", "n7@centre.test")
    assert (mail.sender.address, mail.sender.name) == ("ada@orion.test", "Ada Leclerc")
    assert mail.tokens == ("tok-7",)
    assert mail.date == datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    assert mail.text == "Until when?"
    assert mail.full_text.endswith("> Down.")
    assert (mail.nature, mail.reason, mail.faults, mail.cut) == ("person", "", (), False)


def test_tokens_are_those_of_our_address_wherever_it_stands() -> None:
    mail = read(
        "From: a@b.test\nTo: Liste <all+x@orion.test>, desk@centre.test\nCc: =?utf-8?q?Vigie=2C_le_centre?= <DESK+T1@centre.test>\n"
        "Delivered-To: desk+t2@centre.test\nX-Original-To: desk+t1@centre.test\n\nx\n"
    )
    assert mail.tokens == ("t1", "t2")
    assert {one.address for one in mail.recipients} == {
        "all+x@orion.test", "desk@centre.test", "desk+t1@centre.test", "desk+t2@centre.test"
    }  # fmt: skip
    assert next(one.name for one in mail.recipients if "t1" in one.address) == "Vigie, le centre"


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("utf-8", "Arrêt à 17 h 30 ?".encode()),
        ("iso-8859-1", "Arrêt à 17 h 30 ?".encode("iso-8859-1")),
        ("windows-1252", "Arrêt à 17 h 30 ?".encode("cp1252")),
        ("x-unknown-9", "Arrêt à 17 h 30 ?".encode()),
        ("x-unknown-9", "Arrêt à 17 h 30 ?".encode("cp1252")),
        ("utf-8", "Arrêt à 17 h 30 ?".encode("cp1252")),
        ("us-ascii", "Arrêt à 17 h 30 ?".encode()),
        ("base64", "Arrêt à 17 h 30 ?".encode()),
        ("", "Arrêt à 17 h 30 ?".encode()),
    ],
)
def test_every_charset_that_is_named_rightly_or_wrongly(charset: str, raw: bytes) -> None:
    kind = f'text/plain; charset="{charset}"'.encode()
    mail = read(
        HEAD.encode() + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: 8bit\n\n" + raw + b"\n"
    )
    assert mail.text == "Arrêt à 17 h 30 ?"


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("=?utf-8?q?Arr=C3=AAt?=", "Arrêt"),
        ("=?utf-8?b?QXJyw6p0?= =?utf-8?q?_de_nuit?=", "Arrêt de nuit"),
        ("=?x-nothing?q?Arr=EAt?=", "=?x-nothing?q?Arr=EAt?="),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?utf-8?q?=00=E2=80=AEa?=", "a"),
        ("Arrêt", "Arrêt"),
        ("", ""),
    ],
)
def test_subjects(header: str, shown: str) -> None:
    assert read(f"From: a@b.test\nSubject: {header}\n\nx\n").subject == shown


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Mon, 99 Nov 2026 99:00:00 +0100",
        "Sun, 22 Nov 99999 14:30:00 +0100",
        "Sun, 22 Nov 2026 14:30:00 +9999",
    ],
)
def test_a_date_that_is_none_is_when_it_arrived(date: str) -> None:
    assert read(HEAD + f"Date: {date}\n\nx\n").date.tzinfo is not None
    if "2026 14:30:00 +9999" not in date:
        assert read(HEAD + f"Date: {date}\n\nx\n").date == ARRIVED


def test_of_alternatives_the_plain_one_unless_it_says_nothing() -> None:
    mail = EmailMessage()
    mail["From"] = "a@b.test"
    mail.set_content("plain words")
    mail.add_alternative("<p>html words</p>", subtype="html")
    mail.add_attachment("not spoken", filename="notes.txt")
    assert read(mail).full_text == "plain words"
    mail = EmailMessage()
    mail["From"] = "a@b.test"
    mail.set_content(" \n")
    mail.add_alternative("<p>html <b>words</b></p>", subtype="html")
    assert read(mail).text == "html words"


def test_html_alone_becomes_text_without_its_quote() -> None:
    mail = EmailMessage()
    mail["From"] = "a@b.test"
    mail.set_content(
        "<div>Until when?</div><div>On 22/11/2026 14:30, Vigie wrote:<blockquote>Down.</blockquote></div>",
        subtype="html",
    )
    assert read(mail).text == "Until when?"


def test_a_forwarded_mail_says_what_it_carries() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "user@orion.test", "Lost files"
    inner.set_content("My files are gone.")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "Fwd: Lost files"
    mail.set_content("See below.")
    mail.add_attachment(inner)
    one = read(mail)
    assert one.text == "See below."
    assert "My files are gone." in one.full_text
    assert "From: user@orion.test" in one.full_text
    bare = EmailMessage()
    bare["From"], bare["Subject"] = "a@b.test", "Fwd: Lost files"
    bare.add_attachment(inner)
    assert "My files are gone." in read(bare).text, "nothing else was said"


def test_a_mail_without_any_text_is_told() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "Photo"
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    one = read(mail)
    assert (one.text, one.faults) == ("", ("It has no text.",))


def report(fields: str, returned: str = "", kind: str = "text/rfc822-headers") -> str:
    back = f"--b\nContent-Type: {kind}\n\n{returned}\n\n" if returned else ""
    return (
        "From: MAILER-DAEMON@mx.test\nTo: desk@centre.test\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\nI'm sorry.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n{fields}\n\n{back}--b--\n"
    )


def test_a_report_of_several_recipients() -> None:
    mail = read(
        report(
            "Final-Recipient: rfc822; ada@orion.test\nOriginal-Recipient: rfc822;Alias@orion.test\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <ada@orion.test>:\n no such user\n\n"
            "Final-Recipient: RFC822; bob@orion.test\nAction: delayed\nStatus: 4.4.1 (later)\n\n"
            "Final-Recipient: rfc822; cy@orion.test\nAction: failed\nStatus: 4.7.0",
            "From: desk@centre.test\nMessage-ID: <n7@centre.test>\n",
        )
    )
    assert mail.nature == "bounce"
    ada, bob, cy = mail.bounces
    assert (ada.recipient, ada.action, ada.status, ada.final) == ("alias@orion.test", "failed", "5.1.1", True)
    assert ada.diagnostic == "550 5.1.1 <ada@orion.test>: no such user"
    assert {one.original_message_id for one in mail.bounces} == {"n7@centre.test"}
    assert (bob.action, bob.status, bob.final) == ("delayed", "4.4.1", False)
    assert not cy.final


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
def test_the_mail_that_bounced_is_known_however_it_comes_back(kind: str) -> None:
    back = "From: desk@centre.test\nMessage-ID: <n7@centre.test>\nX-Vigie-Delivery: 7\n\nDown."
    mail = read(report("Final-Recipient: rfc822; ada@orion.test\nAction: failed\nStatus: 5.0.0", back, kind))
    assert mail.nature == "bounce", "a header of ours inside the report is no loop"
    assert mail.bounces[0].original_message_id == "n7@centre.test"


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "nonsense",
        "Final-Recipient: rfc822;",
        "Action: failed",
        "Final-Recipient: x\nAction: ?\nStatus: ?",
    ],
)
def test_a_report_that_says_little_is_still_one(fields: str) -> None:
    mail = read(report(fields))
    assert mail.nature == "bounce"
    assert all("@" in bounce.recipient for bounce in mail.bounces)


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        ("Auto-Submitted: auto-replied", "auto-reply"),
        ("Auto-Submitted: Auto-Generated; owner=x", "auto-reply"),
        ("Auto-Submitted: no", "person"),
        ("X-Autoreply: yes", "auto-reply"),
        ("X-Autorespond: Out of office", "auto-reply"),
        ("Precedence: auto_reply", "auto-reply"),
        ("Precedence: bulk", "bulk"),
        ("Precedence: list", "list"),
        ("List-Id: Orion <orion.lists.test>", "list"),
        ("Return-Path: <>", "auto-reply"),
        ("Return-Path: <ada@orion.test>", "person"),
        ("X-Vigie-Delivery: 7", "loop"),
        ("X-Failed-Recipients: a@b.test", "bounce"),
        ("X-Mailer: vacation 1.2", "auto-reply"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "person"),
        ("X-Priority: 1", "person"),
    ],
)
def test_marks_of_machines(headers: str, nature: str) -> None:
    mail = read(f"{HEAD}{headers}\n\nWords.\n")
    assert mail.nature == nature
    assert bool(mail.reason) == (nature != "person")


@pytest.mark.parametrize(
    "subject",
    ["Réponse automatique : Arrêt", "Automatic reply: Outage", "Auto: Re: Outage", "Autoreply", "Auto-réponse : congés",
     "Out of office: back on Monday", "Out of the Office", "Absence du bureau : Arrêt", "Absent du bureau", "Message d’absence"],
)  # fmt: skip
def test_subjects_of_vacations(subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", subject
    mail.set_content("x")
    assert read(mail).nature == ("person" if subject.startswith("Auto: ") else "auto-reply")


@pytest.mark.parametrize(
    "subject",
    ["Re: Réponse automatique des jobs ?", "Automatic mounts are gone", "Office hours?", "Absence de quota", "Vacation plans of the cluster",
     "Autofs est arrêté", "Automatique ou non ?", "Re: Out of office hours work", "Out of office hours: who answers?"],
)  # fmt: skip
def test_subjects_of_persons(subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", subject
    mail.set_content("x")
    assert read(mail).nature == "person"


def test_our_own_mails_are_a_loop_and_our_colleagues_are_not() -> None:
    ours = "v1" + "a" * 38
    assert read(f"From: x@y.test\nMessage-ID: <{ours}@centre.test>\n\nx\n").nature == "loop"
    assert read(f"From: x@y.test\nMessage-ID: <{ours}@other.test>\n\nx\n").nature == "person"
    assert read("From: ada@centre.test\nMessage-ID: <4f1c@centre.test>\n\nx\n").nature == "person"
    assert read("From: Desk@centre.test\n\nx\n").nature == "loop"
    assert read("Received: a\n" * 41 + HEAD + "\nx\n").nature == "loop"


def test_a_notification_of_reading_is_a_receipt() -> None:
    mail = read(
        HEAD + 'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\n\nRead.\n\n--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n\n--b--\n"
    )
    assert mail.nature == "receipt"


def test_a_calendars_answer_keeps_the_persons_comment() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "Declined: Outage"
    mail.set_content("Not that day, please.")
    answer = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;PARTST\n AT=DECLINED:mailto:a@b.test\nEND:VEVENT\nEND:VCALENDAR\n"
    mail.add_alternative(answer, subtype="calendar", params={"method": "REPLY"})
    one = read(mail)
    assert (one.nature, one.reason, one.text) == ("calendar", "REPLY DECLINED", "Not that day, please.")


def test_an_invitation_from_a_person_is_a_persons() -> None:
    mail = EmailMessage()
    mail["From"] = "a@b.test"
    mail.set_content("Shall we talk?")
    mail.add_alternative("BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n", subtype="calendar")
    assert read(mail).nature == "person"


def test_a_mail_without_message_id_has_always_the_same() -> None:
    one, two = read("From: a@b.test\n\nx\n"), read("From: a@b.test\n\ny\n")
    assert one.message_id == read("From: a@b.test\n\nx\n").message_id != two.message_id


BROKEN = [
    b"", b"\n", b"\x00" * 50, b"From", b"From:\n\n", b"\xff\xfe\xfd", b"Subject: \xe9\n\n\xe9",
    b'From: <<>>,,;;@\nTo: @@@,"\nDate: ?\n\nx',
    b"Content-Type: multipart/mixed\n\n--\n", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n--b",
    b"Content-Type: multipart/alternative; boundary=b\n\n--b--\n", b"Content-Type: text/plain; charset=\n\nx",
    b"Content-Type: ;;;\n\nx", b"Content-Type: message/rfc822\n\n", b"Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n",
    b"Content-Type: message/delivery-status\n\n\n\n", b"Content-Type: text/html\n\n<![if x",
    b"Content-Transfer-Encoding: base64\n\n!!!!=", b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\nM\n",
    b"Content-Transfer-Encoding: quoted-printable\n\n=ZZ=\n=", b"Content-Disposition: attachment; filename*=x''%FF\n\nx",
    b"Message-ID: <" + b"a" * 5000 + b"@b>\n\nx", b"To: " + b"a@b.test, " * 5000 + b"\n\nx", b"Subject: " + b"x" * 100_000 + b"\n\nx",
    b"Content-Type: text/plain; charset*=utf-8''%E9; charset*0=a; charset*1=b\n\nx",
    b"From: =?utf-8?q?=ED=A0=80?= <a@b.test>\n\nx", b"Message-ID: <" + b"(" * 2000 + b"\nFrom: " + b"(" * 2000 + b"\n\nx",
]  # fmt: skip


@pytest.mark.parametrize("raw", BROKEN)
def test_no_mail_is_too_broken(raw: bytes) -> None:
    mail = read(raw)
    assert mail.message_id
    shown = f"{mail.subject}{mail.text}{mail.full_text}{mail.sender}{mail.recipients}{mail.reason}{mail.message_id}"
    shown.encode()  # no half of a surrogate pair
    assert "\x00" not in shown
    assert mail.date.tzinfo is not None


def test_a_mail_nested_without_end_is_read_as_far_as_can_be() -> None:
    deep = (
        HEAD
        + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
        + "\nx"
    )
    mail = read(deep)
    assert mail.sender.address == "ada@orion.test"
    assert mail.faults
    carried = HEAD + "Content-Type: message/rfc822\n\n" * 3000 + "\nx"
    assert read(carried).sender.address == "ada@orion.test"


def test_of_a_cut_mail_what_is_there_is_read() -> None:
    mail = EmailMessage()
    mail["From"] = "a@b.test"
    mail.set_content("The words.")
    mail.add_attachment(b"x" * 100_000, maintype="application", subtype="zip", filename="a.zip")
    raw = mail.as_bytes()
    one = read(raw[:5000], size=len(raw))
    assert (one.text, one.cut, one.size) == ("The words.", True, len(raw))


@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    read(raw)
    read(HEAD.encode() + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + raw + b"\n--b--")
