"""Reads over the outbox."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Coalesce
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


def stuck_topics(beginning: str) -> QuerySet[Delivery, tuple[str, int, datetime]]:
    """(topic, how many nobody will try again by itself, since when) of the topics that begin so."""
    since = Min(Coalesce("attempted_at", "created_at"))
    rows = needing_a_person().filter(topic__startswith=beginning).order_by()
    return rows.values_list("topic").annotate(count=Count("pk"), since=since)


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
