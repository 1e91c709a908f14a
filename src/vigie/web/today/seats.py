"""Who is on duty as the day page and the wall show it: to staff with names, to strangers roles and public telephones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.duty.models import Duty
from vigie.duty.queries import OnDuty
from vigie.duty.seen.queries import Post, Seat, board
from vigie.web import timewords


@dataclass(frozen=True)
class Who:
    """Somebody on duty; `when` says until or from when, where two hold the same level during a hand-over."""

    name: str
    phone: str
    when: str = ""


@dataclass(frozen=True)
class Level:
    """A backup, or a further level: `who` is empty where it is missing, and `missing` says until when."""

    label: str
    who: tuple[Who, ...]
    missing: str = ""


@dataclass(frozen=True)
class Row:
    """One duty. `phone` is the duty's own; `next_at` is when the next holder begins, which may leave a hole."""

    code: str
    name: str
    phone: str
    who: tuple[Who, ...]
    until: datetime | None
    next_who: str
    next_at: datetime | None
    levels: tuple[Level, ...]
    rests: bool = False  # outside its hours: nobody is missing

    @property
    def gap(self) -> bool:
        """Whether nobody follows at once."""
        return self.until is not None and self.next_at != self.until and len(self.who) == 1


def rows(now: datetime, *, staff: bool) -> list[Row]:
    """Every duty of the centre, held or not: an empty one is news too."""
    return [_row(post, now, staff=staff) for post in board(now)]


def desk_phone(duty: Duty, *, staff: bool) -> str:
    """The duty's own telephone; strangers see it where a lead said that they may."""
    return duty.phone if staff or duty.phone_public else ""


def _row(post: Post, now: datetime, *, staff: bool) -> Row:
    first, coming = post.first, post.first.next
    return Row(
        code=post.duty.code,
        name=post.duty.name(get_language() or "fr"),
        phone=desk_phone(post.duty, staff=staff),
        who=_who(first.holders, now, staff=staff),
        until=max((row.until for row in first.holders), default=None),
        next_who=name_of(coming, staff=staff) if coming else "",
        next_at=coming.since if coming else None,
        levels=tuple(_level(seat, now, staff=staff) for seat in post.others)
        if staff and not post.rests
        else (),
        rests=post.rests,
    )


def name_of(row: OnDuty, *, staff: bool) -> str:
    """The name, for staff or where the person agreed; else that somebody is on duty."""
    return row.person.name if staff or row.person.name_public else _("on duty")


def _who(holders: Sequence[OnDuty], now: datetime, *, staff: bool) -> tuple[Who, ...]:
    first_end = min((row.until for row in holders), default=None)
    found = []
    for row in holders:
        when = ""
        if len(holders) > 1:
            leaves = row.until == first_end
            words = _("until %(time)s") if leaves else _("from %(time)s")
            at = row.until if leaves else row.since
            when = words % {"time": timewords.absolute(at, now, zone=False)}
        phone = (row.person.phone if staff else "") or desk_phone(row.duty, staff=staff)
        found.append(Who(name_of(row, staff=staff), phone, when))
    return tuple(found)


def _level(seat: Seat, now: datetime, *, staff: bool) -> Level:
    label = _("Backup") if seat.level == 2 else _("Level %(level)s") % {"level": seat.level}  # noqa: PLR2004 # the second
    missing = ""
    if not seat.held:
        missing = _("nobody")
        if seat.next:
            missing = _("nobody until %(time)s") % {
                "time": timewords.absolute(seat.next.since, now, zone=False)
            }
    return Level(label, _who(seat.holders, now, staff=staff), missing)


def course(row: Row, now: datetime) -> str:
    """Until when, and who follows: “until 20:00 → Bruno Leroy”; for an empty duty from when."""
    if row.until is None:
        if row.next_at is None:
            return _("nobody is entered for the next two weeks")
        time = timewords.absolute(row.next_at, now, zone=False)
        return _("from %(time)s: %(who)s") % {"time": time, "who": row.next_who or row.name}
    text = _("until %(time)s") % {"time": timewords.absolute(row.until, now, zone=False)}
    if row.gap:
        return _("%(until)s, then nobody") % {"until": text}
    return f"{text} → {row.next_who}" if row.next_who else text
