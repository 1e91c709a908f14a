"""What a sign says at a moment, in words: the same for its page and its picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from vigie.duty.queries import OnDuty
from vigie.duty.seen.models import Sign
from vigie.duty.seen.queries import Post, Seat, board, next_change
from vigie.lib.doorsign import Face, Holder, Row
from vigie.lib.localtime import instant
from vigie.web import timewords

NIGHT = timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """The face, and the next instant at which it reads otherwise if nobody touches the rota."""

    face: Face
    changes_at: datetime


def shown(sign: Sign, now: datetime) -> Shown:
    """The sign in the language that is active."""
    posts = board(now, sign.duties)
    change = next_change(posts, now)
    midnight = _midnight_after(now)
    foot = (
        _("Next change: %(time)s. If it is later, this sign is out of date.")
        % {"time": timewords.absolute(change, now, zone=False)}
        if change
        else _("Nothing changes within two weeks.")
    )
    face = Face(
        place=settings.OPTIONS["site.name"],
        day=timewords.long_day(now),
        rows=tuple(_row(post, now, names=sign.names) for post in posts)
        or (Row("", (Holder(_("No duty is entered yet")),)),),
        foot=foot,
        more=_("{n} more not shown"),
    )
    return Shown(face, min(change or midnight, midnight))


def off() -> Face:
    """What a display shows whose sign was revoked or has expired: better nothing than an old name."""
    text = _("This sign is switched off")
    return Face(
        settings.OPTIONS["site.name"],
        "",
        (Row("", (Holder(text),)),),
        _("A lead makes a new one on the page Duty."),
    )


def _midnight_after(now: datetime) -> datetime:
    """When the sign's date is no longer right: the centre's next midnight."""
    here = timewords.local(now)
    return instant(datetime.combine(here.date() + NIGHT, time(0)), ZoneInfo(settings.TIME_ZONE))


def _row(post: Post, now: datetime, *, names: bool) -> Row:
    language = get_language() or "fr"
    seat = post.first
    alone = len(seat.holders) == 1
    holders = tuple(_holder(row, seat.holders, now, names=names, alone=alone) for row in seat.holders)
    return Row(
        title=post.duty.name(language),
        holders=holders or (Holder(_empty(post), post.duty.phone),),
        notes=tuple(_notes(post, now, names=names, alone=alone)),
    )


def _empty(post: Post) -> str:
    """What stands in the place of a name: nobody, or that nobody is wanted now."""
    return _("outside its hours") if post.rests else pgettext("on duty", "nobody")


def _holder(row: OnDuty, holders: Sequence[OnDuty], now: datetime, *, names: bool, alone: bool) -> Holder:
    who = row.person.name if names else _("on duty")
    phone = (row.person.phone if names else "") or row.duty.phone
    if alone:
        return Holder(who, phone)
    leaves = row.until == min(each.until for each in holders)
    words = _("until %(time)s") if leaves else _("from %(time)s")
    at = row.until if leaves else row.since
    return Holder(who, phone, words % {"time": timewords.absolute(at, now, zone=False)})


def _notes(post: Post, now: datetime, *, names: bool, alone: bool) -> list[str]:
    found = [_course(post.first, now, names=names)] if alone or not post.first.held else []
    if not post.rests:
        found += [_other(seat, now, names=names) for seat in post.others]
    return [note for note in found if note]


def _course(seat: Seat, now: datetime, *, names: bool) -> str:
    """“until 20:26, then Bruno Leroy”; “from Mon 23 Nov 08:00: Bruno Leroy”."""
    until = seat.holders[0].until if seat.holders else None
    follows = seat.next is not None and seat.next.since == until
    if until is None:
        if seat.next is None:
            return _("nobody is entered for the next two weeks")
        time = timewords.absolute(seat.next.since, now, zone=False)
        return _("from %(time)s: %(who)s") % {
            "time": time,
            "who": seat.next.person.name if names else _("on duty"),
        }
    text = _("until %(time)s") % {"time": timewords.absolute(until, now, zone=False)}
    if not follows or seat.next is None:
        return _("%(until)s, then nobody") % {"until": text}
    return _("%(until)s, then %(who)s") % {"until": text, "who": seat.next.person.name} if names else text


def _other(seat: Seat, now: datetime, *, names: bool) -> str:
    """“Backup: Denis Blanc 43 11”; that a backup is missing is said, too."""
    label = _("Backup") if seat.level == 2 else _("Level %(level)s") % {"level": seat.level}  # noqa: PLR2004 # the second
    if not seat.held:
        who = pgettext("on duty", "nobody")
        if seat.next:
            who = _("nobody until %(time)s") % {"time": timewords.absolute(seat.next.since, now, zone=False)}
        return _("%(label)s: %(text)s") % {"label": label, "text": who}
    if not names:
        return ""
    people = ", ".join(f"{row.person.name} {row.person.phone}".strip() for row in seat.holders)
    return _("%(label)s: %(text)s") % {"label": label, "text": people}
