"""Reads over the outbox."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from vigie.kernel.intents import OPEN_STATES, IntentState
from vigie.post.models import Delivery


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


def waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state__in=OPEN_STATES)
