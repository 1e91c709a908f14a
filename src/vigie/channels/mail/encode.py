"""A payload → the bytes of a mail. Pure: no network, no clock of its own.

The header is written here, line by line; only the body goes through `email.message`. A notice goes to hundreds of
people with the same text: its body and subject are encoded once.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from vigie.contracts.channel import CalendarPart, MailPayload, PermanentFailure

# Written by us from their own fields of the payload; a second copy would confuse every reader.
_OURS = frozenset(
    {
        "from",
        "sender",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "auto-submitted",
        "content-language",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "return-path",
        "received",
    }
)
_HEADER_NAME = re.compile(r"[!-9;-~]{1,70}")  # RFC 5322: printable ASCII without the colon
_MESSAGE_ID = re.compile(r"[^<>@\s]+@[^<>@\s]+")
_LOCAL_PART = re.compile(r"[^\s\"(),:;<>@\[\\\]]{1,64}")  # RFC 5321 without quoted strings, which nobody has
_DOMAIN = re.compile(r"\[[0-9A-Fa-f.:]+\]|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,80}\.ics")
_LONGEST_LINE = 998  # RFC 5322
_ENCODED_LINE = 73  # Header counts neither the blank before nor the sign after: RFC 2047 allows 76


@dataclass(frozen=True)
class Encoded:
    """A mail ready for SMTP: the envelope's two addresses and the bytes; `needs_utf8` asks for SMTPUTF8."""

    sender: str
    recipient: str
    content: bytes
    needs_utf8: bool


def encode(payload: MailPayload, address: str, language: str, at: datetime) -> Encoded:
    """Build the mail. `at` is an aware time, written into Date.

    Raises PermanentFailure for what no server could carry: a line break in a header, an address that is none.
    """
    sender, recipient = _address(payload.sender, "the sender"), _address(address, "the recipient")
    envelope = _address(payload.bounces_to, "the address for bounces")[1] if payload.bounces_to else sender[1]
    reply_to = _address(payload.reply_to, "the reply address") if payload.reply_to else ("", "")
    lines = [
        _named("From", *sender),
        _named("To", *recipient),
        *([_named("Reply-To", *reply_to)] if payload.reply_to else []),
        _folded("Subject", payload.subject, "the subject"),
        f"Date: {format_datetime(at)}",
        f"Message-ID: {_message_id(payload.message_id)}",
        "Auto-Submitted: auto-generated",
        f"Content-Language: {_ascii(language, 'the language')}",
        *_unsubscribe(payload.list_unsubscribe),
        *(_further(name, value) for name, value in payload.headers),
    ]
    head = "".join(f"{line}\r\n" for line in lines)
    needs_utf8 = not (
        envelope.isascii() and sender[1].isascii() and recipient[1].isascii() and reply_to[1].isascii()
    )
    return Encoded(
        envelope,
        recipient[1],
        head.encode() + _body(payload.text, payload.html, payload.calendar),
        needs_utf8,
    )


@lru_cache(maxsize=16)
def _body(text: str, html: str, calendar: CalendarPart | None) -> bytes:
    """The MIME fields, the blank line and the body.

    The calendar stands there twice, as calendars' own invitations do: as an alternative, for mail programs that put
    it beside the text, and as a file, for all others.
    """
    mail = EmailMessage(SMTP)
    mail.set_content(_carried(text), cte="quoted-printable")
    if html:
        mail.add_alternative(_carried(html), subtype="html", cte="quoted-printable")
    if calendar is not None:
        content = _calendar(calendar)
        mail.add_alternative(
            content, subtype="calendar", params={"method": calendar.method}, cte="quoted-printable"
        )
        mail.add_attachment(
            content.encode(), maintype="application", subtype="ics", filename=calendar.filename
        )
    return mail.as_bytes()


def _calendar(calendar: CalendarPart) -> str:
    """The object with its lines ended as RFC 5545 wants. Raises PermanentFailure for what calendars would refuse."""
    lines = [
        _HALF_PAIR.sub("\ufffd", line) for line in calendar.content.replace("\r\n", "\n").strip().split("\n")
    ]
    if lines[0] != "BEGIN:VCALENDAR" or lines[-1] != "END:VCALENDAR":
        raise PermanentFailure("The calendar part is not a VCALENDAR object.")
    if [line for line in lines if line.startswith("METHOD:")] != [f"METHOD:{calendar.method}"]:
        raise PermanentFailure(f"The calendar part must say METHOD:{calendar.method}, once (RFC 6047).")
    if not _FILE_NAME.fullmatch(calendar.filename):
        raise PermanentFailure(
            f"{calendar.filename!r} is not a file name for a calendar; write it like event.ics."
        )
    return "".join(f"{line}\r\n" for line in lines)


def _carried(text: str) -> str:
    """Half a surrogate pair comes from broken input and has no UTF-8: show a mark for it instead of losing the mail.

    The last line of a body ends like every other: some readers glue an unended one to what follows.
    """
    return _HALF_PAIR.sub("\ufffd", text).rstrip("\n") + "\n"


def _unsubscribe(address: str) -> Iterator[str]:
    """One click, without a question in between (RFC 8058)."""
    if address:
        yield _short(f"List-Unsubscribe: <{_ascii(address, 'the unsubscribe address')}>")
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def _further(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise PermanentFailure(f"{name!r} is not the name of a mail header.")
    if name.lower() in _OURS:
        raise PermanentFailure(
            f"The header {name} is written by the mail channel; give it as a field of the payload."
        )
    # What machines read (List-Id, References) is ASCII and stays as it is: folding could break a long identifier.
    return (
        _short(f"{name}: {value}") if value.isascii() and value.isprintable() else _folded(name, value, name)
    )


@lru_cache(maxsize=64)
def _folded(name: str, text: str, what: str) -> str:
    """A field of free text, in lines of at most 76 characters."""
    line = _line(text, what)
    plain = (
        line.isascii() and "=?" not in line
    )  # which a reader would take for the beginning of an encoded word
    header = Header(line, None if plain else "utf-8", maxlinelen=_ENCODED_LINE, header_name=name)
    return _short(f"{name}: {header.encode(linesep=chr(13) + chr(10))}")


def _short(field: str) -> str:
    if max(map(len, field.split("\r\n"))) > _LONGEST_LINE:
        raise PermanentFailure(
            f"The header {field[:60]!r}… is longer than the {_LONGEST_LINE} characters of a line."
        )
    return field


def _line(text: str, what: str) -> str:
    """One line of text: a line break here would let its author write headers of his own."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text if character != "\t"):
        raise PermanentFailure(
            f"A line break or control character in {what}: {text!r}. Write it on one line."
        )
    return _HALF_PAIR.sub("\ufffd", text)


def _ascii(text: str, what: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise PermanentFailure(f"{what[:1].upper()}{what[1:]} must be plain ASCII without spaces: {text!r}.")
    return text


def _message_id(text: str) -> str:
    bare = text.removeprefix("<").removesuffix(">")
    if not _MESSAGE_ID.fullmatch(_ascii(bare, "the Message-ID")):
        raise PermanentFailure(f"{text!r} is not a Message-ID; write it like name@host.")
    return _short(f"<{bare}>")


def _named(field: str, name: str, address: str) -> str:
    """An address field; the name, if any, quoted or encoded as it needs."""
    if name.isascii() and "=?" not in name:
        return _short(f"{field}: {formataddr((name, address), 'utf-8') if name else address}")
    words = Header(name, "utf-8", maxlinelen=_ENCODED_LINE, header_name=field).encode(linesep="\r\n")
    return _short(f"{field}: {words}\r\n <{address}>")


@lru_cache(maxsize=256)
def _address(text: str, what: str) -> tuple[str, str]:
    """Name and address of `Name <local@domain>` or `local@domain`; the domain in its ASCII form (IDNA)."""
    plain, _, host = text.rpartition("@")
    if (
        _LOCAL_PART.fullmatch(plain)
        and _PLAIN_DOMAIN.fullmatch(host)
        and text.isascii()
        and text.isprintable()
    ):
        return "", text  # nearly all of them: taking apart what has no parts costs more than all the rest
    line = _line(text, what)
    name, parsed = parseaddr(line)
    local, _, domain = parsed.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    labels_fit = all(len(label) <= 63 for label in domain.split("."))  # noqa: PLR2004 # RFC 1035
    # Otherwise something beside the address was dropped, a second address for one.
    whole = name or parsed == line.strip() or line.rstrip().endswith(f"<{parsed}>")
    if (
        not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain) and labels_fit and whole)
        or "\ufffd" in line
    ):
        raise PermanentFailure(
            f"{what[:1].upper()}{what[1:]} has no usable address: {text!r}. Write it like name@host."
        )
    return name, f"{local}@{domain}"
