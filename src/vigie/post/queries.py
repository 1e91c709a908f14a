"""Reads over the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Missing
from vigie.kernel.intents import OPEN_STATES, IntentState
from vigie.post.models import Address, Delivery, InboundMail, MailKind, MailState


def of_topic(topic: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(topic=topic)


def tally(topics: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many deliveries of each topic stand in which state: {topic: {state: count}}."""
    counts: dict[str, dict[str, int]] = {topic: {} for topic in topics}
    rows = Delivery.objects.filter(topic__in=counts).values_list("topic", "state").annotate(n=Count("pk"))
    for topic, state, count in rows:
        counts[topic][state] = count
    return counts


def needing_a_person() -> QuerySet[Delivery]:
    """What nobody will try again by itself."""
    return Delivery.objects.filter(state__in=(IntentState.SET_APART, IntentState.IN_DOUBT))


@dataclass(frozen=True)
class Stuck:
    """How many deliveries of one topic wait for a person, and since when the first of them."""

    topic: str
    in_doubt: int
    set_apart: int
    since: datetime

    @property
    def count(self) -> int:
        return self.in_doubt + self.set_apart


def stuck() -> list[Stuck]:
    """`needing_a_person`, counted per topic: a storm of failures is one line, not a thousand."""
    rows = needing_a_person().order_by().values("topic")
    counted = rows.annotate(
        in_doubt=Count("pk", filter=Q(state=IntentState.IN_DOUBT)),
        set_apart=Count("pk", filter=Q(state=IntentState.SET_APART)),
        since=Min(Coalesce("attempted_at", "created_at")),
    )
    return [Stuck(**row) for row in counted]


def bounced_deliveries() -> QuerySet[Delivery]:
    """Mails that came back from an address which still gets nothing: no person has cleared it."""
    blocked = Address.objects.filter(address=Lower(OuterRef("recipient")), bounced_at__isnull=False)
    rows = Delivery.objects.filter(Exists(blocked), bounced_at__isnull=False)
    return rows.order_by("bounced_at", "pk")  # so that the index of those that came back serves


PERSON = "person"
BOUNCED = "bounced"


def deliveries(state: str = "", text: str = "") -> QuerySet[Delivery]:
    """The outbox, newest first. `state` is one of its states, `person` (waits for one) or `bounced`; `text` is looked
    for in the recipient.
    """
    rows = Delivery.objects.order_by("-pk")
    if state == PERSON:
        rows = needing_a_person().order_by("-pk")
    elif state == BOUNCED:
        rows = rows.filter(bounced_at__isnull=False)
    elif state in IntentState.values:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(recipient__icontains=text) | Q(recipient_name__icontains=text))
    return rows


def delivery(pk: int) -> Delivery:
    """One delivery, or `Missing`."""
    found = Delivery.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("delivery.missing", _("There is no such delivery."))
    return found


def waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state__in=OPEN_STATES)


def bounced(addresses: Iterable[str] | None = None) -> dict[str, Address]:
    """{address in small letters: row} of those that get nothing more, among these or of all."""
    rows = Address.objects.filter(bounced_at__isnull=False)
    if addresses is not None:
        rows = rows.filter(address__in={address.strip().lower() for address in addresses})
    return {row.address: row for row in rows}


def mails(state: str = "") -> QuerySet[InboundMail]:
    """What came in, newest first; a state narrows it."""
    rows = InboundMail.objects.all()
    return rows.filter(state=state) if state else rows


def mail(pk: int) -> InboundMail:
    """One mail that came in, or `Missing`."""
    found = InboundMail.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("mail.missing", _("There is no such mail."))
    return found


def unmatched() -> QuerySet[InboundMail]:
    """Mails that wait for a person to say what they are about."""
    return InboundMail.objects.filter(state=MailState.OPEN)


def automatic_count() -> int:
    """How many automatic answers came in; they are counted, not read."""
    return InboundMail.objects.filter(kind=MailKind.AUTO).count()
