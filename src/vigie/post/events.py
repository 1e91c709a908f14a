"""What happened to deliveries."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class PostAudit(AuditKind):
    RETRIED = "delivery.retried"
    RESOLVED = "delivery.resolved"
    SENT_EXPIRED = "delivery.expired"
    RECEIVED_EXPIRED = "mail.expired"
    MAIL_RECEIVED = "mail.received"
    MAIL_ASSIGNED = "mail.assigned"
    MAIL_DISMISSED = "mail.dismissed"
    ADDRESS_BOUNCED = "address.bounced"
    ADDRESS_CLEARED = "address.cleared"
    ADDRESS_FORGOTTEN = "address.forgotten"


@dataclass(frozen=True)
class DeliverySetApart(Event):
    """A delivery nobody will try again by itself; the follower is told."""

    kind: ClassVar[str] = "post.set_apart"
    delivery_id: int
    topic: str


@dataclass(frozen=True)
class ReplyReceived(Event):
    """Somebody answered one of our mails, or a person said what their mail is about."""

    kind: ClassVar[str] = "post.reply"
    mail_id: int
    topic: str


@dataclass(frozen=True)
class SenderForgotten(Event):
    """Whoever sent these mails asked to be erased: what was made of them loses the name."""

    kind: ClassVar[str] = "post.sender_forgotten"
    mail_ids: tuple[int, ...]
    label: str


@dataclass(frozen=True)
class MailBounced(Event):
    """A bounce message came in. `blocked`: the address gets nothing more until a person clears it."""

    kind: ClassVar[str] = "post.bounced"
    mail_id: int
    address: str
    topic: str
    blocked: bool
    diagnostic: str
