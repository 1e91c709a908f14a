"""Encoding: what leaves is what was meant, and nobody writes headers of his own."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vigie.channels.mail.encode import encode
from vigie.contracts.channel import CalendarPart, MailPayload, PermanentFailure

AT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


def mail(address: str = "orion@centre.test", **changes: object) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(content(address, **changes))


def content(address: str = "orion@centre.test", **changes: object) -> bytes:
    values: dict[str, object] = {
        "sender": "vigie@centre.test",
        "subject": "s",
        "text": "t",
        "message_id": "<m@centre.test>",
        **changes,
    }
    return encode(MailPayload(**values), address, "fr", AT).content  # type: ignore[arg-type] # test data


line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300)


@given(line)
@example("=?utf-8?q?R=C3=A9seau?=")
@example("a" * 200)
@example("é" * 200)
def test_every_subject_comes_back_as_it_went(subject: str) -> None:
    assert str(mail(subject=subject)["Subject"]).strip() == subject.strip()


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"\\\ufffd'),
        max_size=12,
    )
)
@example("Martin, Anne (Support)")
@example("=?utf-8?q?R=C3=A9seau?=")
def test_every_name_comes_back_as_it_went(name: str) -> None:
    [address] = mail(sender=f'"{name}" <vigie@centre.test>')["From"].addresses
    assert address.addr_spec == "vigie@centre.test"
    # Python 3.11 reads a blank between two encoded words of one long name, which RFC 2047 says is none.
    assert "".join(address.display_name.split()) == "".join(name.split())


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_every_text_comes_back_as_it_went(text: str) -> None:
    body = mail(text=text, html="<p>x</p>").get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text.rstrip("\n") + "\n"


@given(line, st.text(), st.text())
def test_no_line_is_longer_than_smtp_allows_and_all_is_ascii(subject: str, text: str, html: str) -> None:
    lines = content(subject=subject, text=text, html=html).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in one or b"\r" in one for one in lines)
    assert all(one.isascii() for one in lines)


def test_a_subject_is_folded_into_words_that_every_reader_takes() -> None:
    raw = content(
        subject="Arrêt programmé du réseau : les services de calcul seront indisponibles mardi " * 4
    )
    subject = raw.split(b"Subject: ")[1].split(b"\r\nDate")[0]
    assert all(len(one) <= 76 for one in subject.split(b"\r\n"))


@pytest.mark.parametrize(
    "text", ["a\nBcc: all@centre.test", "a\r\nX: y", "a\x00", "a\x85b", "a\u2028b", "a\x1bb"]
)
@pytest.mark.parametrize("place", ["subject", "sender", "reply_to", "message_id", "list_unsubscribe"])
def test_a_line_break_or_control_character_in_a_header_is_refused(place: str, text: str) -> None:
    with pytest.raises(PermanentFailure, match=r"Write it on one line|must be plain ASCII"):
        content(**{place: text})


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("X-A", "a\nb"), "on one line"),
        (("X A", "a"), "is not the name"),
        (("X:", "a"), "is not the name"),
        (("", "a"), "is not the name"),
        (("bcc", "all@centre.test"), "written by the mail channel"),
        (("Subject", "twice"), "written by the mail channel"),
    ],
)
def test_further_headers_are_checked(header: tuple[str, str], words: str) -> None:
    with pytest.raises(PermanentFailure, match=words):
        content(headers=(header,))


@pytest.mark.parametrize(
    "address",
    ["", " ", "orion", "@centre.test", "orion@", "a b@centre.test", "a@b@c", "a@centre.test, b@centre.test",
     "orion@centre.test\ud800", "a@" + "x" * 64 + ".test", "a@b..c"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(PermanentFailure):
        content(address)


def test_half_a_surrogate_pair_is_shown_and_the_mail_still_goes() -> None:
    one = mail(subject="a\ud83db", text="c\udc00d", html="<p>\ud800</p>")
    assert one["Subject"] == "a\ufffdb"
    text, html = one.get_body(("plain",)), one.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content() == "c\ufffdd\r\n"
    assert "\ufffd" in html.get_content()


@pytest.mark.parametrize("message_id", ["", "<>", "m", "a b@c", "a@b@c", "m@é"])
def test_a_message_id_must_be_one(message_id: str) -> None:
    with pytest.raises(PermanentFailure, match="Message-ID"):
        content(message_id=message_id)


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:outage-7@centre.test
SUMMARY:Arrêt du réseau
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.mark.parametrize("html", ["", "<p>t</p>"])
@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "CANCEL"])
def test_a_calendar_travels_beside_the_text_and_as_a_file(html: str, method: str) -> None:
    written = CALENDAR.replace("REQUEST", method)
    one = mail(html=html, calendar=CalendarPart(written.replace("\r\n", "\n"), method))
    text, parts = one.get_body(("plain",)), list(one.walk())
    assert text is not None
    assert text.get_content() == "t\r\n"
    assert one.get_content_type() == "multipart/mixed"
    [beside] = [part for part in parts if part.get_content_type() == "text/calendar"]
    assert beside["Content-Type"].params == {"charset": "utf-8", "method": method}
    assert beside.get_content().replace("\r\n", "\n") == written.replace("\r\n", "\n")
    [file] = one.iter_attachments()
    assert file.get_content_type() == "application/ics"
    assert file.get_filename() == "event.ics"
    assert file.get_content() == written.encode()


@pytest.mark.parametrize(
    "part",
    [
        CalendarPart("", "REQUEST"),
        CalendarPart("BEGIN:VEVENT\nEND:VEVENT", "REQUEST"),
        CalendarPart(CALENDAR, "CANCEL"),
        CalendarPart(CALENDAR.replace("METHOD:REQUEST\r\n", ""), "REQUEST"),
        CalendarPart(CALENDAR, "REQUEST", "../x.ics"),
        CalendarPart(CALENDAR, "REQUEST", "a\r\nb.ics"),
    ],
)
def test_what_no_calendar_would_take_is_refused(part: CalendarPart) -> None:
    with pytest.raises(PermanentFailure):
        content(calendar=part)
