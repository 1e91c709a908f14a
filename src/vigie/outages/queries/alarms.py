"""Alarms, and what they propose."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Missing
from vigie.outages.models import (
    Affected,
    Alarm,
    Outage,
)
from vigie.outages.rules import (
    State,
)
from vigie.people.models import Person
from vigie.services.models import Service


def alarms() -> QuerySet[Alarm]:
    """Every alarm, last seen first."""
    return Alarm.objects.select_related("service", "outage")


def alarm(pk: int | str) -> Alarm:
    """The alarm with this number, or `Missing`."""
    found = alarms().filter(pk=pk).first() if str(pk).isdigit() and len(str(pk)) < 18 else None  # noqa: PLR2004 # fits a bigint
    if found is None:
        raise Missing("alarm.missing", _("There is no alarm %(pk)s.") % {"pk": str(pk)[:40]})
    return found


def ongoing_with(service: Service) -> Outage | None:
    """The ongoing outage an alarm of this service belongs to: one in which it is out, else one in which it was
    restored (it may be out again; its contact judges).
    """
    lines = Affected.objects.filter(outage__state=State.ONGOING, service=service).select_related(
        "outage__contact"
    )
    found = sorted(lines, key=lambda line: (line.restored_at is not None, line.outage_id))
    return found[0].outage if found else None


def alarms_to_judge() -> QuerySet[Alarm]:
    """Alarms that wait for a person: firing without an outage that goes on, or resolved while it still does."""
    waiting = (
        Q(firing=True, outage__isnull=True)
        | Q(firing=True, outage__state__in=(State.ENDED, State.REVIEWED))
        | Q(firing=False, outage__state=State.ONGOING)
    )
    return Alarm.objects.filter(waiting, settled_at__isnull=True).select_related("service", "outage")


def end_proposed(row: Outage) -> Alarm | None:
    """The newest resolved alarm that proposes the end of this outage, unless one of its alarms still fires."""
    if row.state != State.ONGOING or row.alarms.filter(firing=True).exists():
        return None
    return row.alarms.filter(firing=False, settled_at__isnull=True).order_by("-resolved_at").first()


def ends_proposed(person: Person) -> dict[Outage, Alarm]:
    """{outage whose contact this person is: the newest resolved alarm that proposes its end}."""
    firing = Alarm.objects.filter(outage=OuterRef("outage"), firing=True)
    rows = alarms().filter(outage__contact=person, outage__state=State.ONGOING)
    rows = rows.filter(~Exists(firing), firing=False, settled_at__isnull=True)
    return {alarm.outage: alarm for alarm in rows.order_by("resolved_at") if alarm.outage}
