"""What an inbound adapter hands to the desk: mails that came back, read but not judged.

An adapter fetches, translates and, only when told so, settles. It is loaded by the entry point group `vigie.inbox`,
knows this package only, and passes `vigie.contracts.conformance.inbox`.

The caller's part: write what a mail means in a transaction, then settle it. After a crash in between the same mail
comes again, so the caller recognises it by `message_id`. Nothing of a mail is proof of who sent it: a sender can be
forged, and so can a report; believe a bounce only if its `original_message_id` is one that we sent to that address.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Protocol, runtime_checkable

from vigie.contracts.channel import ChannelConfig, Setting

Nature = Literal["person", "auto-reply", "bounce", "receipt", "calendar", "list", "bulk", "loop"]
Settlement = Literal["done", "set-aside"]


@dataclass(frozen=True)
class MailAddress:
    """`address` is lower case and may be empty when the mail has none that can be read."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Bounce:
    """What a report says of one recipient (RFC 3464).

    `action` is failed, delayed, delivered, relayed or expanded; `status` like 5.1.1; `original_message_id`, without
    angle brackets, that of the mail that bounced, "" if the report does not hold it.
    """

    recipient: str
    action: str
    status: str
    diagnostic: str
    original_message_id: str

    @property
    def final(self) -> bool:
        """The address took nothing and won't: neither delayed nor a full mailbox's passing 4.x.x."""
        return self.action == "failed" and not self.status.startswith(("2", "4"))


@dataclass(frozen=True)
class InboundMail:
    """One mail, with everything that was encoded made Unicode and nothing that a database refuses.

    `uid` settles it. `message_id`, `in_reply_to` and `references` are bare, without angle brackets; a mail without
    a Message-ID gets one made from its content. `recipients` are all addresses it names as receiver or was delivered
    to; `tokens` what stands behind the `+` of those that are ours. `text` is what its author wrote, without
    what he quoted; `full_text` everything. `nature` says whether a person wrote it and `reason` why we think so.
    `size` is in bytes; `cut`: it was too large and only its beginning was read. `faults` say what was broken.
    """

    uid: str
    message_id: str
    sender: MailAddress
    recipients: tuple[MailAddress, ...]
    tokens: tuple[str, ...]
    subject: str
    date: datetime
    text: str
    full_text: str
    size: int
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    nature: Nature = "person"
    reason: str = ""
    bounces: tuple[Bounce, ...] = ()
    cut: bool = False
    faults: tuple[str, ...] = ()


class InboxFailure(Exception):
    """The mailbox can't be read now; later may work. The text is for an operator."""


@dataclass(frozen=True)
class InboxInfo:
    """An adapter as data: for the manual and the list of installed ones."""

    name: str
    title_en: str
    title_fr: str
    settings: tuple[Setting, ...] = ()


@runtime_checkable
class InboxSession(Protocol):
    """One stay at the mailbox. Every method raises InboxFailure, and no other exception, for what the far end did."""

    def fetch(self, limit: int) -> list[InboundMail]:
        """The oldest unsettled mails, at most `limit`; they stay as they are, and come again until settled.

        A mail that can't be understood comes too, with `faults`: it must not stop those behind it.
        """

    def settle(self, uid: str, how: Settlement) -> None:
        """Never hand this one out again: `done` is over, `set-aside` is kept where people look. Twice is harmless."""


@runtime_checkable
class Inbox(Protocol):
    """A mailbox. Making or opening it makes no network call: all that can go wrong goes wrong in the session.

    The constructor takes one `ChannelConfig`, as a channel's does, and raises BadConfiguration.
    """

    info: ClassVar[InboxInfo]

    def __init__(self, config: ChannelConfig) -> None: ...

    def open(self) -> AbstractContextManager[InboxSession]: ...
