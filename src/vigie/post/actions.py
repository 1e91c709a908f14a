"""Verbs over the outbox. The sending itself is in `post.sending`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import Conflict
from vigie.people.rules import Role
from vigie.post.events import PostAudit
from vigie.post.models import OUTBOX, Delivery


class PostPermission(Permission):
    RESOLVE = "post.resolve"


PERMISSIONS = {
    PostPermission.RESOLVE: frozenset({Role.SUPPORT, Role.LEAD, Role.OPERATOR, Role.ADMINISTRATOR})
}


@dataclass(frozen=True)
class Parcel:
    """Something for one recipient by one channel; `payload` is JSON: subject, text, html, headers."""

    key: str
    recipient: str
    language: str
    topic: str
    payload: dict[str, Any] = field(default_factory=dict)
    recipient_name: str = ""
    channel: str = "mail"


def enqueue(parcels: Iterable[Parcel]) -> int:
    """Write the deliveries, inside the caller's transaction; a key that is there already is not written again.

    Returns how many the outbox now holds of those given.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("enqueued outside the transaction of the change that wants it sent")
    now = clock.now()
    rows = [
        Delivery(
            key=parcel.key,
            channel=parcel.channel,
            recipient=parcel.recipient,
            recipient_name=parcel.recipient_name,
            language=parcel.language,
            topic=parcel.topic,
            payload=parcel.payload,
            created_at=now,
            not_before=now,
        )
        for parcel in parcels
    ]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


@transaction.atomic
def retry(actor: Actor, delivery: Delivery) -> None:
    """A person says: try this one again, now."""
    require(actor, PostPermission.RESOLVE, PERMISSIONS)
    if not OUTBOX.retry(delivery.pk):
        raise Conflict("delivery.not_open", _("This delivery is not waiting for a person."))
    audit.record(
        PostAudit.RETRIED, actor=actor, subject=delivery, changes={"last_error": delivery.last_error}
    )


@transaction.atomic
def resolve(actor: Actor, delivery: Delivery, *, happened: bool) -> None:
    """A person looked and knows that it arrived, or gives it up."""
    require(actor, PostPermission.RESOLVE, PERMISSIONS)
    if not OUTBOX.resolve(delivery.pk, happened=happened):
        raise Conflict("delivery.not_open", _("This delivery is not waiting for a person."))
    audit.record(PostAudit.RESOLVED, actor=actor, subject=delivery, changes={"happened": happened})
