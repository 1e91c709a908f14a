"""A payload → the bytes of a mail. Pure: no network, no clock of its own."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from vigie.contracts.channel import MailPayload, PermanentFailure

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
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_LONGEST_LINE = 998  # RFC 5322
_SUBJECT_LINE = 73  # Header counts neither the blank before nor the sign after: RFC 2047 allows 76


class _Wire(EmailPolicy):
    """The SMTP policy, but fields that machines read are never cut into encoded words, however long they are."""

    def fold(self, name: str, value: Any) -> str:
        text = str(value)
        if name.lower() == "subject":
            charset = None if text.isascii() else "utf-8"
            header = Header(text, charset, maxlinelen=_SUBJECT_LINE, header_name=name)
            return f"{name}: {header.encode(linesep=self.linesep)}{self.linesep}"
        if text.isascii() and len(name) + len(text) + 2 <= _LONGEST_LINE:
            return f"{name}: {text}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        folded = self.fold(name, value)
        return folded.encode("utf-8" if self.utf8 else "ascii")


_POLICY = _Wire(linesep="\r\n", max_line_length=78, cte_type="7bit", raise_on_defect=False)
_POLICY_UTF8 = _POLICY.clone(utf8=True)


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
    reply_to = _address(payload.reply_to, "the reply address") if payload.reply_to else None
    needs_utf8 = not all(one.username.isascii() for one in (sender, recipient, reply_to) if one)
    mail = EmailMessage(_POLICY_UTF8 if needs_utf8 else _POLICY)
    mail["From"], mail["To"] = sender, recipient
    if reply_to:
        mail["Reply-To"] = reply_to
    mail["Subject"] = _line(payload.subject, "the subject")
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = _message_id(payload.message_id)
    mail["Auto-Submitted"] = "auto-generated"
    if payload.list_unsubscribe:
        mail["List-Unsubscribe"] = f"<{_ascii(payload.list_unsubscribe, 'the unsubscribe address')}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in payload.headers:
        _add(mail, name, value)
    mail.set_content(_body(payload.text), cte="quoted-printable")
    if payload.html:
        mail.add_alternative(_body(payload.html), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = _ascii(language, "the language")
    return Encoded(sender.addr_spec, recipient.addr_spec, mail.as_bytes(), needs_utf8)


def _add(mail: EmailMessage, name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise PermanentFailure(f"{name!r} is not the name of a mail header.")
    if name.lower() in _OURS:
        raise PermanentFailure(
            f"The header {name} is written by the mail channel; give it as a field of the payload."
        )
    mail[name] = _line(value, f"the header {name}")


def _carried(text: str) -> str:
    """Half a surrogate pair comes from broken input and has no UTF-8: show a mark for it instead of losing the mail."""
    return _HALF_PAIR.sub("\ufffd", text)


def _body(text: str) -> str:
    """The last line of a body ends like every other: some readers glue an unended one to what follows."""
    return _carried(text).rstrip("\n") + "\n"


def _line(text: str, what: str) -> str:
    """One line of text: a line break here would let its author write headers of his own."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text if character != "\t"):
        raise PermanentFailure(
            f"A line break or control character in {what}: {text!r}. Write it on one line."
        )
    return _carried(text)


def _ascii(text: str, what: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise PermanentFailure(f"{what[:1].upper()}{what[1:]} must be plain ASCII without spaces: {text!r}.")
    return text


def _message_id(text: str) -> str:
    bare = text.removeprefix("<").removesuffix(">")
    if not _MESSAGE_ID.fullmatch(_ascii(bare, "the Message-ID")):
        raise PermanentFailure(f"{text!r} is not a Message-ID; write it like name@host.")
    return f"<{bare}>"


def _address(text: str, what: str) -> Address:
    """`Name <local@domain>` or `local@domain`; the domain in its ASCII form (IDNA)."""
    line = _line(text, what)
    name, spec = parseaddr(line)
    local, at, domain = spec.rpartition("@")
    whole = name or spec == line.strip().strip("<>")  # otherwise something beside the address was dropped
    if not (local and at and domain and whole) or _HALF_PAIR.search(text) or re.search(r"\s", spec):
        raise PermanentFailure(
            f"{what[:1].upper()}{what[1:]} has no usable address: {text!r}. Write it like name@host."
        )
    try:
        return Address(name, username=local.strip('"'), domain=domain.encode("idna").decode("ascii"))
    except (UnicodeError, ValueError, HeaderParseError, IndexError):
        raise PermanentFailure(f"{what[:1].upper()}{what[1:]} is not a mail address: {text!r}.") from None
