"""Times as a notice says them: complete where they stand alone, short only where they can't be misread.

All in the active language and in the centre's zone. In the hour that occurs twice when clocks go back, even the
short form names the offset in force (CET or CEST).
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vigie.lib.localtime import ambiguous

NBSP = "\N{NO-BREAK SPACE}"


def _local(t: datetime) -> datetime:
    return t.astimezone(ZoneInfo(settings.TIME_ZONE))


def _french() -> bool:
    return (translation.get_language() or "").startswith("fr")


def _bare_clock(local: datetime) -> str:
    return f"{local.hour}{NBSP}h{NBSP}{local:%M}" if _french() else f"{local:%H:%M}"


def clock_time(t: datetime) -> str:
    """“13:05” or « 13 h 05 »; with CET or CEST where the clock shows that time twice."""
    local = _local(t)
    twice = ambiguous(local.replace(tzinfo=None, fold=0), ZoneInfo(settings.TIME_ZONE))
    return f"{_bare_clock(local)}{NBSP}{local.tzname()}" if twice else _bare_clock(local)


def day(local: datetime, *, year: bool = True) -> str:
    """“Sunday 1 November 2026”, « dimanche 1er novembre 2026 »."""
    number = "1er" if _french() and local.day == 1 else str(local.day)
    text = f"{date_format(local, 'l')} {number}{NBSP}{date_format(local, 'F')}"
    return f"{text} {local.year}" if year else text


def when(t: datetime, now: datetime) -> str:
    """For titles: the clock time alone if it is of today, otherwise with its day, and its year if it is another."""
    local, here = _local(t), _local(now)
    if local.date() == here.date():
        return clock_time(t)
    return _("%(day)s at %(time)s") % {
        "day": day(local, year=local.year != here.year),
        "time": clock_time(t),
    }


def planned_day(t: datetime, now: datetime) -> str:
    """The day of something planned: “Tuesday 8 December”, with its year if it is another."""
    local = _local(t)
    return day(local, year=local.year != _local(now).year)


def moment(t: datetime, *, with_zone: bool = True) -> str:
    """“Sunday 22 November 2026 at 13:05 (Paris time, CET)”: nothing left to guess."""
    local = _local(t)
    text = _("%(day)s at %(time)s") % {"day": day(local), "time": _bare_clock(local)}
    return f"{text} ({zone_words(local)})" if with_zone else text


def moment_after(t: datetime, before: datetime) -> str:
    """A second moment in the same sentence: in full, but the zone only if the clocks changed in between."""
    return moment(t, with_zone=_local(t).tzname() != _local(before).tzname())


def window(start: datetime, end: datetime) -> str:
    """From when to when; the day is said once if it is the same, both in full if not."""
    first, last = _local(start), _local(end)
    if first.date() == last.date() and first.tzname() == last.tzname():
        return _("on %(day)s from %(start)s to %(end)s (%(zone)s)") % {
            "day": day(first),
            "start": _bare_clock(first),
            "end": _bare_clock(last),
            "zone": zone_words(first),
        }
    return _("from %(start)s to %(end)s") % {"start": moment(start), "end": moment(end)}


def zone_city() -> str:
    """“Paris time”, or the zone's own name where it names no city (UTC)."""
    name: str = settings.TIME_ZONE
    if "/" not in name:
        return name
    return _("%(city)s time") % {"city": name.rsplit("/", 1)[-1].replace("_", " ")}


def zone_words(local: datetime) -> str:
    """“Paris time, CET”: the city for people, the abbreviation for those who compute."""
    return ", ".join(dict.fromkeys([zone_city(), str(local.tzname())]))
