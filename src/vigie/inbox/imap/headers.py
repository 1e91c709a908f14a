"""Header fields of mails from anywhere → texts that a screen and a database take. Nothing here raises."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import TypeAlias

from vigie.contracts.inbox import MailAddress

Mail: TypeAlias = "Message[str, str]"  # generic for type checkers only

_ID = re.compile(r"<([^<>\s]{1,500})>")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"()]{1,255}")
_LONGEST = 2000
_MOST_ADDRESSES = 100
_MOST_IDS = 50
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


def clean(text: str, *, lines: bool = False) -> str:
    """Without control characters, halves of surrogate pairs and direction tricks; with `lines` its lines stay."""
    kept = {"\n", "\t"} if lines else set()
    shown = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(
        char if char in kept or char.isprintable() or char in "\u00a0\u202f\u2009\u200b\u3000" else " "
        for char in shown.encode("utf-8", "replace").decode("utf-8")
    )
    return shown if lines else " ".join(shown.split())


def inside(mail: Mail) -> list[Mail]:
    """The parts of a multipart, the mail in a carried one, the blocks of a report; [] for what has none."""
    found = mail.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def values(mail: Mail, name: str) -> list[str]:
    """All fields of this name as they came, not decoded; bytes beyond ASCII read as what they most likely are."""
    return [_eight_bit(str(value)) for key, value in mail.raw_items() if key.lower() == name.lower()]


def _eight_bit(text: str) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def field(mail: Mail, name: str) -> str:
    """The first field of this name, decoded, on one line; "" if there is none."""
    return _decoded(next(iter(values(mail, name)), ""))[:_LONGEST]


def _decoded(value: str) -> str:
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError, UnicodeError):
        text = value
    return clean(text)


def message_ids(mail: Mail, name: str) -> tuple[str, ...]:
    """Every identifier of a field, bare, in order."""
    return tuple(_ID.findall(clean(" ".join(values(mail, name)))))[:_MOST_IDS]


def addresses(mail: Mail, names: Iterable[str]) -> tuple[MailAddress, ...]:
    """All addresses of these fields, each once."""
    # Taken apart before decoding: an encoded name may hold a comma.
    raw = [value[:20_000] for name in names for value in values(mail, name)]
    found: dict[str, MailAddress] = {}
    for name, address in _pairs(raw)[:_MOST_ADDRESSES]:
        plain = clean(address).lower()
        if "@" in plain:
            found.setdefault(plain, MailAddress(plain, _decoded(name)[:200]))
    return tuple(found.values())


def _pairs(raw: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(raw)
    except (RecursionError, ValueError, IndexError):  # comments inside comments without end, and the like
        return [("", address) for value in raw for address in _ADDRESS.findall(value)]


def recipients(mail: Mail) -> tuple[MailAddress, ...]:
    """All addresses that it names as receiver or was delivered to."""
    return addresses(mail, _TO)


def sender(mail: Mail) -> MailAddress:
    """Who says to have written it."""
    found = addresses(mail, ("From",)) or addresses(mail, ("Sender", "Return-Path"))
    return found[0] if found else MailAddress("", field(mail, "From")[:200])


def date(mail: Mail, arrived: datetime) -> datetime:
    """When it says to have been written, aware; when it arrived, if it says nothing that can be."""
    try:
        written = parsedate_to_datetime(next(iter(values(mail, "Date")), ""))
        return written.replace(tzinfo=written.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return arrived
