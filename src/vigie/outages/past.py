"""Reads over the whole past: statistics per service, search in the logs."""

from datetime import datetime

from django.db.models import Q, QuerySet

from vigie.kernel import clock
from vigie.outages import queries
from vigie.outages.models import Affected, Fact
from vigie.outages.rules import OutageKind, State, promises
from vigie.outages.rules.statistics import Trouble
from vigie.services.models import Service
from vigie.services.queries import catalogue


def troubles(start: datetime, end: datetime) -> dict[Service, list[Trouble]]:
    """{service: its troubles that touch [start, end)}: what statistics are made of. False alarms don't count.

    Three queries, however long the history.
    """
    rows = (
        Affected.objects.filter(outage__state__in=(State.ONGOING, State.ENDED, State.REVIEWED))
        .filter(
            Q(restored_at__isnull=True) | Q(restored_at__gt=start),
            starts_at__lt=end,
            outage__false_alarm=False,
        )
        .select_related("outage", "service")
        .order_by("starts_at")
    )
    lines = list(rows)
    told = queries.told_of({line.outage.pk: line.outage for line in lines}.values())
    now = clock.now()
    found: dict[Service, list[Trouble]] = {service: [] for service in catalogue()}
    for line in lines:
        outage_ = line.outage
        words = told.get(outage_.thread_id, ())
        kept = [promise.kept(now) for promise in promises(words)]
        found.setdefault(line.service, []).append(
            Trouble(
                sudden=outage_.kind == OutageKind.SUDDEN,
                effect=line.effect,
                starts_at=line.starts_at,
                ends_at=line.restored_at,
                declared_at=outage_.declared_at,
                first_told_at=words[0].at if words else None,
                planned_start=outage_.planned_start,
                promises_kept=kept.count(True),
                promises_broken=kept.count(False),
            )
        )
    return found


def found_in_log(words: str) -> QuerySet[Fact]:
    """Lines of inside logs that hold every word, newest first."""
    rows = Fact.objects.select_related("outage").order_by("-at")
    for word in words.split()[:8]:
        rows = rows.filter(text__icontains=word)
    return rows
