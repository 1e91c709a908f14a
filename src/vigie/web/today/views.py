"""The day page: who is on duty, what is down, what comes next. For everyone on the network; names for staff only."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.duty.handover import queries as handover
from vigie.kernel import clock
from vigie.lib.localtime import instant
from vigie.outages import queries as outages
from vigie.people.models import Person
from vigie.people.rules import STAFF
from vigie.web import timewords
from vigie.web.desk.centre import Going, Standing, centre_now, going_on, goings, planned
from vigie.web.handover.present import LateLine, late_lines
from vigie.web.today.pressing import Pressing, pressing
from vigie.web.today.seats import Row, course, rows

MOST_HANDOVERS = 20
NEXT_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class HandOver:
    """The next change of who holds a duty: at what time, from whom to whom (empty: nobody); `url` is what is being
    handed over, where that has begun.
    """

    duty: str
    at: datetime
    gives: str
    takes: str
    url: str = ""


@dataclass(frozen=True)
class Day:
    """Everything the day page and the wall show."""

    seats: list[Row]
    going: list[Going]
    over: list[Going]
    planned: list[Going]
    later: int
    services: list[Standing]
    hand_overs: list[HandOver]
    pressing: Pressing | None
    staff: bool
    late_handovers: list[LateLine]

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
    seats = rows(now, staff=staff)
    ahead = planned(language)
    soon = [row for row in ahead if row.since <= now + NEXT_DAYS]
    return Day(
        seats=seats,
        going=going,
        over=_over_today(now, language, staff=staff),
        planned=soon,
        later=len(ahead) - len(soon),
        services=centre_now(language, address="/outages/{}" if staff else "", only=known),
        hand_overs=_hand_overs(seats, now) if staff else [],
        pressing=pressing(now, language) if staff else None,
        staff=staff,
        late_handovers=late_lines(language) if staff else [],
    )


def _over_today(now: datetime, language: str, *, staff: bool) -> list[Going]:
    """What ended since midnight in the centre; to strangers only what was told."""
    midnight = instant(datetime.combine(timewords.local(now).date(), time(0)), ZoneInfo(settings.TIME_ZONE))
    return goings([row for row in outages.over_since(midnight) if staff or row.thread.told_at], language)


def _hand_overs(seats: list[Row], now: datetime) -> list[HandOver]:
    """The hand-overs of the next 24 hours, soonest first."""
    open_ = {row.duty.code: f"/handover/{row.pk}" for row in handover.unsettled()[:MOST_HANDOVERS]}
    found = []
    for row in seats:
        at = row.until or row.next_at
        if at is not None and at <= now + timedelta(days=1):
            takes = row.next_who if row.next_at == at else ""
            found.append(
                HandOver(row.name, at, row.who[-1].name if row.who else "", takes, open_.get(row.code, ""))
            )
    return sorted(found, key=lambda row: row.at)


def today(request: HttpRequest) -> HttpResponse:
    return render(request, "today/today.html", {"day": day(request)})


def wall(request: HttpRequest) -> HttpResponse:
    """The day page for a screen on a wall: it renews itself every half minute."""
    shown = day(request)
    now = clock.now()
    lines: list[tuple[str, str | None, str, str]] = []
    for row in shown.seats:
        lines += [(row.name, who.name, who.phone, who.when or course(row, now)) for who in row.who]
        if not row.who:
            empty = _("outside its hours") if row.rests else None
            lines.append((row.name, empty, row.phone, course(row, now)))
    return render(request, "today/wall.html", {"day": shown, "duty_now": lines})
