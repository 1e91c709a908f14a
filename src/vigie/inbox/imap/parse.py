"""The bytes of a mail from anywhere → InboundMail. Pure, and it always returns one: what is broken is told in it."""

import hashlib
from datetime import datetime
from email import message_from_bytes

from vigie.contracts.inbox import Bounce, InboundMail, MailAddress, Nature
from vigie.inbox.imap import headers
from vigie.inbox.imap.headers import Mail
from vigie.inbox.imap.nature import judge
from vigie.inbox.imap.quotes import own_words
from vigie.inbox.imap.reports import bounces
from vigie.inbox.imap.text import texts


def parse(
    raw: bytes, *, uid: str, arrived: datetime, own_address: str = "", size: int | None = None
) -> InboundMail:
    """Read one mail. `arrived` is aware; `size` is the whole mail's where `raw` is only its beginning."""
    faults: list[str] = []
    whole = len(raw) if size is None else size
    mail = _parsed(raw, faults)
    subject = headers.field(mail, "Subject")
    words, everything = _texts(mail, faults)
    judgement, reports = _judged(mail, own_address, faults)
    recipients = headers.recipients(mail)
    # A report or an answer of a machine quotes nothing that hides a person's words: it is kept whole.
    own = (
        own_words(words or everything, subject) if judgement[0] in {"person", "list"} else words or everything
    )
    return InboundMail(
        uid=uid,
        message_id=next(iter(headers.message_ids(mail, "Message-ID")), "") or _made_up(raw),
        sender=headers.sender(mail),
        recipients=recipients,
        tokens=_tokens(recipients, own_address),
        subject=subject,
        date=headers.date(mail, arrived),
        text=own,
        full_text=everything,
        size=whole,
        in_reply_to=headers.message_ids(mail, "In-Reply-To"),
        references=headers.message_ids(mail, "References"),
        nature=judgement[0],
        reason=judgement[1],
        bounces=reports,
        cut=whole > len(raw),
        faults=tuple(dict.fromkeys(faults)),
    )


def _parsed(raw: bytes, faults: list[str]) -> Mail:
    try:
        mail = message_from_bytes(raw)
    except Exception as error:  # noqa: BLE001 # a mail nested without end, or what else the parser gives up on
        faults.append(f"Only its header can be read ({type(error).__name__}).")
        head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        mail = message_from_bytes(head.replace(b"\nContent-Type:", b"\nX-Was-Content-Type:"))
    if not mail.keys():
        faults.append("It has no header.")
    return mail


def _texts(mail: Mail, faults: list[str]) -> tuple[str, str]:
    try:
        words, everything = texts(mail, faults)
    except Exception as error:  # noqa: BLE001 # one mail that nobody foresaw must not stop those behind it
        faults.append(f"Its text can't be read ({type(error).__name__}).")
        return "", ""
    if not everything.strip():
        faults.append("It has no text.")
    return words.strip(), everything.strip()


def _judged(mail: Mail, own_address: str, faults: list[str]) -> tuple[tuple[Nature, str], tuple[Bounce, ...]]:
    try:
        judgement = judge(mail, own_address=own_address)
        return (judgement.nature, judgement.reason), bounces(mail) if judgement.nature == "bounce" else ()
    except Exception as error:  # noqa: BLE001 # same
        faults.append(f"What wrote it can't be told ({type(error).__name__}).")
        return ("person", ""), ()


def _tokens(recipients: tuple[MailAddress, ...], own_address: str) -> tuple[str, ...]:
    """What stands behind the + of addresses that are ours; of all, if ours is not known."""
    own_name, _, own_domain = own_address.lower().rpartition("@")
    found: dict[str, None] = {}
    for recipient in recipients:
        local, _, domain = recipient.address.rpartition("@")
        name, plus, token = local.partition("+")
        if plus and token and (not own_address or (name, domain) == (own_name, own_domain)):
            found[token] = None
    return tuple(found)


def _made_up(raw: bytes) -> str:
    """The same mail has always the same, so that it is known when it comes again."""
    return f"{hashlib.sha256(raw).hexdigest()[:40]}@no-message-id.invalid"
