"""Delivery reports (RFC 3464): which recipients of which mail did not get it, and why."""

import re
from email.parser import HeaderParser

from vigie.contracts.inbox import Bounce
from vigie.inbox.imap.headers import Mail, clean, field, inside, message_ids
from vigie.inbox.imap.text import parts

_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_RETURNED = frozenset(
    {"message/rfc822", "message/global", "message/rfc822-headers", "message/global-headers"}
)
_MOST_RECIPIENTS = 200


def is_report(mail: Mail, kind: str) -> bool:
    """Whether the mail is a multipart/report of this kind ("delivery-status", "disposition-notification")."""
    return any(part.get_content_type() == f"message/{kind}" for part in parts(mail))


def bounces(mail: Mail) -> tuple[Bounce, ...]:
    """What the mail reports; () if it is no delivery report."""
    original = _original_id(mail)
    found: list[Bounce] = []
    for part in parts(mail):
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            found += [
                _bounce(block, original)
                for block in inside(part)
                if "Final-Recipient" in block or "Action" in block
            ]
    return tuple(one for one in found if one.recipient)[:_MOST_RECIPIENTS]


def _bounce(block: Mail, original: str) -> Bounce:
    """One recipient's block of fields."""
    action = field(block, "Action").lower().split(" ")[0]
    status = _STATUS.search(field(block, "Status")) or _STATUS.search(field(block, "Diagnostic-Code"))
    diagnostic = field(block, "Diagnostic-Code")
    return Bounce(
        # The original one is what we wrote to; the final one may be where an alias led.
        recipient=_address(field(block, "Original-Recipient")) or _address(field(block, "Final-Recipient")),
        action=action if action in _ACTIONS else "failed",
        status=status[0] if status else "",
        diagnostic=diagnostic.partition(";")[2].strip() or diagnostic,
        original_message_id=original,
    )


def _address(typed: str) -> str:
    """Of `rfc822; a@b`, the address; "" if there is none."""
    address = clean(typed.rpartition(";")[2]).strip("<> ").lower()
    return address if "@" in address else ""


def _original_id(mail: Mail) -> str:
    """The Message-ID of the mail that is reported on: it comes back whole, or its header only, or as a field."""
    for part in parts(mail):
        kind = part.get_content_type()
        returned = next(iter(inside(part)), None) if kind in _RETURNED else None
        if kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
            returned = HeaderParser().parsestr(text)
        if returned is not None and (ids := message_ids(returned, "Message-ID")):
            return ids[0]
    for name in ("X-Original-Message-ID", "Original-Message-ID"):
        if ids := message_ids(mail, name):
            return ids[0]
    return ""
