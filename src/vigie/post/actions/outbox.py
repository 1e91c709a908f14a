"""Verbs over the outbox. The sending itself is in `post.sending`."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import Conflict
from vigie.kernel.events import emit
from vigie.kernel.intents import IntentState
from vigie.people.rules import Role
from vigie.post.events import PostAudit, SenderForgotten
from vigie.post.keys import mark
from vigie.post.models import OUTBOX, Address, Body, Delivery, InboundMail


class PostPermission(Permission):
    RESOLVE = "post.resolve"
    SORT = "post.sort"
    CLEAR = "post.clear"


PERMISSIONS = {
    PostPermission.RESOLVE: frozenset({Role.SUPPORT, Role.LEAD, Role.OPERATOR, Role.ADMINISTRATOR}),
    PostPermission.SORT: frozenset({Role.SUPPORT, Role.LEAD}),  # mail from outside is read by Support only
    PostPermission.CLEAR: frozenset({Role.SUPPORT, Role.LEAD, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True)
class Parcel:
    """Something for one recipient by one channel; `payload` is JSON: subject, text, html, headers.

    `shared` is the part of it that others get too: it is kept once, so hand the same mapping to all of them.
    """

    key: str
    recipient: str
    language: str
    topic: str
    payload: dict[str, Any] = field(default_factory=dict)
    recipient_name: str = ""
    channel: str = "mail"
    shared: Mapping[str, Any] | None = None


def enqueue(parcels: Iterable[Parcel]) -> int:
    """Write the deliveries, inside the caller's transaction; a key that is there already is not written again.

    Returns how many the outbox now holds of those given.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("enqueued outside the transaction of the change that wants it sent")
    now = clock.now()
    parcels = list(parcels)
    bodies = _bodies([parcel.shared for parcel in parcels if parcel.shared], now)
    rows = [
        Delivery(
            key=parcel.key,
            mark=mark(parcel.key),
            channel=parcel.channel,
            recipient=parcel.recipient,
            recipient_name=parcel.recipient_name,
            language=parcel.language,
            topic=parcel.topic,
            body_id=bodies[id(parcel.shared)] if parcel.shared else None,
            payload=parcel.payload,
            created_at=now,
            not_before=now,
        )
        for parcel in parcels
    ]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def _bodies(shared: Sequence[Mapping[str, Any]], now: datetime) -> dict[int, int]:
    """{identity of the mapping: its row}, each content written once."""
    digests = {
        key: hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        for key, content in {id(content): content for content in shared}.items()
    }
    contents = {digests[id(content)]: content for content in shared}
    made = [
        Body(digest=digest, content=dict(content), created_at=now) for digest, content in contents.items()
    ]
    Body.objects.bulk_create(made, ignore_conflicts=True)
    rows = dict(Body.objects.filter(digest__in=contents).values_list("digest", "pk"))
    return {key: rows[digest] for key, digest in digests.items()}


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


@transaction.atomic
def clear_address(actor: Actor, address: str, *, why: str = "") -> None:
    """A person knows that the address works again: it is written to from now on."""
    require(actor, PostPermission.CLEAR, PERMISSIONS)
    row = Address.objects.filter(address=address.strip().lower()).first()
    if row is None or not Address.objects.filter(pk=row.pk).delete()[0]:
        raise Conflict("address.not_bounced", _("Nothing bad is known of this address (any more)."))
    audit.record(
        PostAudit.ADDRESS_CLEARED,
        actor=actor,
        subject=row,
        reason=why,
        changes={"address": row.address, "diagnostic": row.diagnostic},
    )


FORGOTTEN = "(erased)"


@transaction.atomic
def forget(actor: Actor, address: str) -> list[str]:
    """Take an address out of what was sent and received; what was said stays. Returns the topics it was told of.

    Mails to it that wait are given up.
    """
    require(actor, PostPermission.CLEAR, PERMISSIONS)
    sent = Delivery.objects.filter(channel="mail", recipient__iexact=address.strip())
    topics = sorted(set(sent.values_list("topic", flat=True)))
    for row in sent:
        Delivery.objects.filter(pk=row.pk, state=IntentState.WAITING).update(state=IntentState.CANCELLED)
        Delivery.objects.filter(pk=row.pk).update(
            key=f"erased:{row.pk}",
            recipient=FORGOTTEN,
            recipient_name="",
            body=None,
            payload={},
            diagnostic="",
        )
    mails = InboundMail.objects.filter(sender__iexact=address.strip())
    if ids := tuple(mails.values_list("pk", flat=True)):
        emit(SenderForgotten(mail_ids=ids, label=FORGOTTEN))
    mails.update(sender=FORGOTTEN, sender_name="", subject="", text="")
    for known in Address.objects.filter(address=address.strip().lower()):
        audit.record(PostAudit.ADDRESS_FORGOTTEN, actor=actor, subject=known)
        known.delete()
    return topics
