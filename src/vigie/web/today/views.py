"""The day page: who is on duty, what is down, what comes next. For everyone on the network; names for staff only."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.duty import queries as duty
from vigie.duty.models import Duty
from vigie.duty.queries import OnDuty
from vigie.kernel import clock
from vigie.people.models import Person
from vigie.people.rules import STAFF
from vigie.web import timewords
from vigie.web.desk.centre import Going, Standing, centre_now, going_on, planned


@dataclass(frozen=True)
class Seat:
    """One duty as the day page shows it. To strangers `who` is empty and `phone` is the desk's."""

    name: str
    held: bool
    who: str
    phone: str
    until: datetime | None
    backups: tuple[tuple[str, str], ...]
    next_who: str
    next_at: datetime | None


def seats(now: datetime, *, staff: bool) -> list[Seat]:
    """Every duty of the centre, held or not: an empty one is news too."""
    language = get_language() or "fr"
    held: dict[int, list[OnDuty]] = {}
    for holder in duty.on_duty(now):
        held.setdefault(holder.duty.pk, []).append(holder)
    return [_seat(row, held.get(row.pk, []), now, language, staff=staff) for row in duty.duties()]


def _seat(row: Duty, holders: list[OnDuty], now: datetime, language: str, *, staff: bool) -> Seat:
    first = next((holder for holder in holders if holder.level == 1), None)
    coming = duty.coming(row, now)
    return Seat(
        name=row.name(language),
        held=first is not None,
        who=first.person.name if first and staff else "",
        phone=(first.person.phone if first and staff else "") or row.phone,
        until=first.until if first else None,
        backups=tuple(
            (holder.person.name, holder.person.phone) for holder in holders if holder is not first and staff
        ),
        next_who=coming.person.name if coming and staff else "",
        next_at=coming.starts_at if coming else None,
    )


@dataclass(frozen=True)
class Day:
    """Everything the day page and the wall show."""

    seats: list[Seat]
    going: list[Going]
    planned: list[Going]
    services: list[Standing]
    staff: bool

    @property
    def working(self) -> int:
        return sum(standing.state == "ok" for standing in self.services)


def day(request: HttpRequest) -> Day:
    now = clock.now()
    user = request.user
    staff = isinstance(user, Person) and bool(user.roles & STAFF)
    language = get_language() or "fr"
    going = going_on(language, told_only=not staff)
    known = None if staff else frozenset(row.outage.pk for row in going)
    return Day(
        seats=seats(now, staff=staff),
        going=going,
        planned=planned(language),
        services=centre_now(language, address="/outages/{}" if staff else "", only=known),
        staff=staff,
    )


def today(request: HttpRequest) -> HttpResponse:
    return render(request, "today/today.html", {"day": day(request)})


def wall(request: HttpRequest) -> HttpResponse:
    """The day page for a screen on a wall: it renews itself every half minute."""
    shown = day(request)
    now = clock.now()
    rows = [
        (
            seat.name,
            seat.who or (_("on duty") if seat.held else None),
            seat.phone,
            _until(seat, now),
        )
        for seat in shown.seats
    ]
    return render(request, "today/wall.html", {"day": shown, "duty_now": rows})


def _until(seat: Seat, now: datetime) -> str:
    """Until when, and who follows: “until 20:00 → Bruno Leroy”."""
    if seat.until is None:
        if seat.next_at is None:
            return ""
        return _("from %(time)s: %(who)s") % {
            "time": timewords.absolute(seat.next_at, now, zone=False),
            "who": seat.next_who or seat.name,
        }
    text = _("until %(time)s") % {"time": timewords.absolute(seat.until, now, zone=False)}
    return f"{text} → {seat.next_who}" if seat.next_who else text
