"""Reads for those who look: the board of who is on duty, signs by their secret, calendars by their signed address."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.models import Duty, Shift
from vigie.duty.queries import OnDuty, duties, on_duty, slots_of
from vigie.duty.rules import Rhythm
from vigie.duty.seen.models import CalendarAddress, CalendarEntry, FormerHolder, Sign
from vigie.kernel.errors import Missing
from vigie.people.models import Person
from vigie.people.queries import digest

AHEAD = timedelta(days=14)  # how far the board looks for who comes next


@dataclass(frozen=True)
class Seat:
    """One level of a duty: who holds it (two during a hand-over that overlaps, the earlier first), and who comes next."""

    level: int
    holders: tuple[OnDuty, ...]
    next: OnDuty | None

    @property
    def held(self) -> bool:
        return bool(self.holders)


@dataclass(frozen=True)
class Post:
    """One duty at a moment, level by level; every level that the duty should have is there, held or not.

    `rests`: its pattern has no shift at that moment, so that nobody is missing.
    """

    duty: Duty
    seats: tuple[Seat, ...]
    rests: bool = False

    @property
    def first(self) -> Seat:
        return self.seats[0]

    @property
    def others(self) -> tuple[Seat, ...]:
        return self.seats[1:]


def board(t: datetime, codes: Collection[str] = ()) -> list[Post]:
    """Every duty (or those named) at the instant `t`. Who holds it is `duty.queries.on_duty`'s answer and no other."""
    held: dict[tuple[int, int], list[OnDuty]] = {}
    for row in on_duty(t):
        held.setdefault((row.duty.pk, row.level), []).append(row)
    coming = _coming(t)
    found = []
    for duty in duties():
        if codes and duty.code not in codes:
            continue
        levels = {
            *range(1, duty.levels + 1),
            *(level for pk, level in {*held, *coming} if pk == duty.pk),
        }
        seats = tuple(
            Seat(level, tuple(held.get((duty.pk, level), ())), coming.get((duty.pk, level)))
            for level in sorted(levels)
        )
        found.append(Post(duty, seats, rests=not any(seat.held for seat in seats) and _rests(duty, t)))
    return found


def _rests(duty: Duty, t: datetime) -> bool:
    """Whether the duty has a pattern and no shift of it holds `t`; entered by hand, nobody can say."""
    if duty.pattern.rhythm is Rhythm.HAND:
        return False
    return not any(slot.span.holds(t) for slot in slots_of(duty, t, t + timedelta(minutes=1)))


def _coming(t: datetime) -> dict[tuple[int, int], OnDuty]:
    """{(duty, level): the first shift that begins after `t`}"""
    rows = Shift.objects.filter(starts_at__gt=t, starts_at__lte=t + AHEAD, person__is_active=True)
    first: dict[tuple[int, int], int] = {}
    for pk, duty, level in rows.order_by("starts_at", "pk").values_list("pk", "duty_id", "level"):
        first.setdefault((duty, level), pk)
    shifts = Shift.objects.select_related("duty", "person").in_bulk(first.values())
    return {
        key: OnDuty(
            shifts[pk].duty, shifts[pk].person, shifts[pk].level, shifts[pk].starts_at, shifts[pk].ends_at
        )
        for key, pk in first.items()
    }


def next_change(posts: Iterable[Post], t: datetime) -> datetime | None:
    """The next instant at which the board reads otherwise, if nobody touches the rota; None within two weeks."""
    seats = list(chain.from_iterable(post.seats for post in posts))
    ends = [holder.until for seat in seats for holder in seat.holders]
    starts = [seat.next.since for seat in seats if seat.next]
    return min((at for at in (*ends, *starts) if at > t), default=None)


# --- signs ---


def signs() -> QuerySet[Sign]:
    return Sign.objects.all()


def sign_by_id(pk: int) -> Sign:
    found = signs().filter(pk=pk).first()
    if found is None:
        raise Missing("sign.missing", _("There is no such sign."))
    return found


def sign_of(secret: str) -> Sign | None:
    """The sign with this secret, working or not; None for a secret that was never given out, or was altered."""
    return signs().filter(digest=digest(secret)).first()


# --- calendars ---

_SIGNER = "vigie.duty.calendar"


def _signer() -> Signer:
    return Signer(salt=_SIGNER, sep="~")


def calendar_path(subject: Person | Duty) -> str:
    """The path of a calendar, good until its address is reset or its person leaves."""
    kind, key = ("p", subject.pk) if isinstance(subject, Person) else ("d", subject.pk)
    number = _number(subject)
    return f"/shifts/{_signer().sign(f'{kind}{key}-{number}')}.ics"


def calendar_url(subject: Person | Duty) -> str:
    """The whole address of a calendar."""
    return f"{settings.OPTIONS['site.url']}{calendar_path(subject)}"


def _number(subject: Person | Duty) -> int:
    mine = {"person": subject} if isinstance(subject, Person) else {"duty": subject}
    return CalendarAddress.objects.filter(**mine).values_list("number", flat=True).first() or 0


def calendar_subject(token: str) -> Person | Duty:
    """Whose calendar an address means. `Missing` for one that was altered, reset, or whose person left."""
    try:
        text = _signer().unsign(token)
    except BadSignature:
        text = ""
    kind, (key, _dash, number) = text[:1], text[1:].partition("-")
    found: Person | Duty | None = None
    if kind == "p":
        found = Person.objects.filter(pk=key, is_active=True).first()
    elif kind == "d":
        found = duties().filter(pk=key).first()
    if found is None or str(_number(found)) != number:
        raise Missing(
            "calendar.missing",
            _("This calendar’s address is not, or no longer, valid."),
            hint=_("Copy the present one from the page Calendars of the desk."),
        )
    return found


KEPT = timedelta(days=60)  # how long past and cancelled shifts stay in a calendar
FURTHEST = timedelta(days=400)


@dataclass(frozen=True)
class Told:
    """One shift as one calendar tells it."""

    entry: CalendarEntry
    person: Person
    level: int
    starts_at: datetime
    ends_at: datetime
    cancelled: bool


def told(subject: Person | Duty, now: datetime) -> list[Told]:
    """All that the calendar of a person or a duty says at `now`, by start; write what is new first (`actions.keep_up`)."""
    mine = {"person": subject} if isinstance(subject, Person) else {"duty": subject}
    entries = CalendarEntry.objects.filter(**mine, ends_at__gt=now - KEPT).select_related("duty", "person")
    found = [
        Told(entry, entry.person, entry.level, entry.starts_at, entry.ends_at, entry.row is None)
        for entry in entries
        if entry.row is not None or entry.changed_at > now - KEPT
    ]
    if isinstance(subject, Person):
        rows = FormerHolder.objects.filter(
            person=subject, entry__changed_at__gt=now - KEPT, ends_at__gt=now - KEPT
        ).exclude(entry__person=subject)
        found += [
            Told(row.entry, subject, row.level, row.starts_at, row.ends_at, cancelled=True)
            for row in rows.select_related("entry__duty", "entry__person")
        ]
    return sorted(found, key=lambda row: (row.starts_at, row.level, row.entry.pk))


def duties_of(subject: Person | Duty, now: datetime) -> list[Duty]:
    """The duties that a calendar speaks of."""
    if isinstance(subject, Duty):
        return [subject]
    rows = Shift.objects.filter(person=subject, ends_at__gt=now - KEPT).values("duty")
    before = CalendarEntry.objects.filter(person=subject, ends_at__gt=now - KEPT).values("duty")
    return list(duties().filter(pk__in=rows) | duties().filter(pk__in=before))
