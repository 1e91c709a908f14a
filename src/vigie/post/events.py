"""What happened to deliveries."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class PostAudit(AuditKind):
    RETRIED = "delivery.retried"
    RESOLVED = "delivery.resolved"


@dataclass(frozen=True)
class DeliverySetApart(Event):
    """A delivery nobody will try again by itself; the follower is told."""

    kind: ClassVar[str] = "post.set_apart"
    delivery_id: int
    topic: str
