"""Reads over hand-overs, and who comes next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.escalation.models import CallingPolicy
from vigie.duty.escalation.queries import policy
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import Late, Party, Standing, State, due
from vigie.duty.models import Duty
from vigie.duty.queries import coming, on_duty
from vigie.kernel import clock
from vigie.kernel.errors import Missing
from vigie.people.models import Person
from vigie.people.rules import Role

UNSETTLED = (State.OPEN, State.GIVEN, State.DECLINED)


@dataclass(frozen=True)
class Successor:
    """Who takes over, and from when; nobody, if no shift follows."""

    person: Person | None
    at: datetime


def handovers() -> QuerySet[HandOver]:
    """Every hand-over, newest first."""
    return HandOver.objects.select_related("duty", "outgoing", "given_by", "declined_by", "accepted_by")


def handover(pk: int | str) -> HandOver:
    """The hand-over with this number, or `Missing`."""
    found = handovers().filter(pk=pk).first() if str(pk).isdigit() and len(str(pk)) < 18 else None  # noqa: PLR2004 # fits a bigint
    if found is None:
        raise Missing("handover.missing", _("There is no hand-over %(pk)s.") % {"pk": str(pk)[:40]})
    return found


def unsettled() -> QuerySet[HandOver]:
    """Those that nobody has accepted yet, oldest first."""
    return handovers().filter(state__in=UNSETTLED).order_by("ends_at", "pk")


def matching(*, state: str = "", duty: str = "", person: str = "") -> QuerySet[HandOver]:
    """Hand-overs that fit every filter given; `state` may be "unsettled", `person` is a login on either side."""
    rows = handovers()
    if state:
        rows = rows.filter(state__in=UNSETTLED) if state == "unsettled" else rows.filter(state=state)
    if duty:
        rows = rows.filter(duty__code=duty)
    if person:
        rows = rows.filter(outgoing__login=person) | rows.filter(accepted_by__login=person)
    return rows


def handing_duties() -> list[Duty]:
    """Duties whose shifts are handed over here."""
    return [
        row.duty
        for row in CallingPolicy.objects.filter(hands_over=True).select_related("duty").order_by("duty")
    ]


def successor(duty: Duty, ends_at: datetime) -> Successor:
    """The primary after `ends_at`: at once, or where there is a gap the next shift to come."""
    for row in on_duty(ends_at, duty.code):
        if row.level == 1:
            return Successor(row.person, ends_at)
    shift = coming(duty, ends_at)
    return Successor(shift.person, shift.starts_at) if shift else Successor(None, ends_at)


def next_of(row: HandOver) -> Successor:
    return successor(row.duty, row.ends_at)


def late(row: HandOver) -> Late | None:
    """What is owed about this hand-over, and when somebody is called for it."""
    standing = Standing(row.state, next_of(row).at, row.given_at, row.declined_at)
    return due(standing, policy(row.duty).waits)


def overdue() -> list[tuple[HandOver, Late]]:
    """Hand-overs for which the time to give or to accept has passed."""
    now = clock.now()
    found = [(row, owed) for row in unsettled() if (owed := late(row))]
    return [(row, owed) for row, owed in found if owed.at <= now]


def party(row: HandOver, person: Person) -> Party:
    """What somebody is to this hand-over, now."""
    here = {holder.person.pk for holder in on_duty(clock.now(), row.duty.code)}
    following = next_of(row).person
    return Party(
        person_id=person.pk,
        is_lead=Role.LEAD in person.roles,
        on_duty=person.pk in here,
        is_next=following is not None and following.pk == person.pk,
    )


def current(person: Person) -> HandOver | None:
    """The hand-over that this person should look at first: one they give or take, else the oldest unsettled one,
    else the last accepted one of a duty they hold, else the last of any.
    """
    rows = list(unsettled()[:20])
    mine = [row for row in rows if row.outgoing_id == person.pk or party(row, person).is_next]
    if mine or rows:
        return (mine or rows)[0]
    held = [holder.duty.pk for holder in on_duty(clock.now()) if holder.person.pk == person.pk]
    accepted = handovers().filter(state=State.ACCEPTED)
    return accepted.filter(duty__in=held).first() or accepted.first()
