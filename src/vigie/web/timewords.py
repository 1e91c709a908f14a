"""Times and spans as a reader of the page's language writes them; pure, `now` is an argument.

Absolute times are in the centre's zone (Django's current time zone). French says « 13 h 05 », English "13:05".
"""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

NBSP = "\N{NO-BREAK SPACE}"
MINUTE, HOUR, DAY = 60, 3600, 86400
CLOCK_BELOW = HOUR  # a countdown shows minutes and seconds below this many seconds
DAYS_FROM = 3 * DAY  # from here on, hours no longer matter: "in 5 days"


def french() -> bool:
    return (get_language() or "").startswith("fr")


def local(at: datetime) -> datetime:
    """`at` in the centre's zone; a naive time is refused, it would be a guess."""
    if at.tzinfo is None:
        raise ValueError("a time without zone can't be shown; inside Vigie times are aware")
    return timezone.localtime(at)


def clocktime(at: datetime) -> str:
    """The time of day in the centre's zone: "13:05", « 13 h 05 »."""
    here = local(at)
    if french():
        return f"{here.hour}{NBSP}h{NBSP}{here.minute:02d}"
    return f"{here.hour:02d}:{here.minute:02d}"


def day(at: datetime | date, now: datetime) -> str:
    """The day as short as it stays clear: "Tue 8 Dec", with the year when it is not this year's."""
    here = local(at) if isinstance(at, datetime) else at
    if french():
        weekday = date_format(here, "D").rstrip(".")
        month = date_format(here, "N").lower()
        number = "1er" if here.day == 1 else str(here.day)
        text = f"{weekday}.{NBSP}{number}{NBSP}{month}"
    else:
        text = date_format(here, "D j M").replace(" ", NBSP)
    return text if here.year == local(now).year else f"{text}{NBSP}{here.year}"


def long_day(at: datetime | date) -> str:
    """The day in full, for a page that is about a day: "Sunday 22 November 2026"."""
    here = local(at) if isinstance(at, datetime) else at
    return date_format(here, "l j F Y").replace(" ", NBSP)


def absolute(at: datetime, now: datetime, *, zone: bool = True) -> str:
    """13:05 CET, or Tue 8 Dec 08:00 CET on another day than `now`'s."""
    here = local(at)
    parts = [] if here.date() == local(now).date() else [day(at, now)]
    parts.append(clocktime(at))
    if zone:
        parts.append(here.tzname() or "")
    return NBSP.join(parts)


def window(start: datetime, end: datetime | None, now: datetime, *, zone: bool = True) -> str:
    """From when to when, the day said once if it is the same: “Tue 8 Dec 08:00–18:00 CET”."""
    if end is None:
        return absolute(start, now, zone=zone)
    first, last = local(start), local(end)
    changes = first.tzname() != last.tzname()  # the night when clocks change: each end names its own
    if first.date() == last.date() and not changes:
        until = clocktime(end) + (f"{NBSP}{last.tzname()}" if zone else "")
        dash = f"{NBSP}–{NBSP}" if french() else "–"
        return f"{absolute(start, now, zone=False)}{dash}{until}"
    arrow = f"{NBSP}→ "
    days = f"{day(end, now)}{NBSP}{clocktime(end)}" + (f"{NBSP}{last.tzname()}" if zone else "")
    return f"{absolute(start, now, zone=zone and changes)}{arrow}{days}"


def utc(at: datetime) -> str:
    """The same instant for a colleague in another zone: "2026-11-22 12:05 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def span(length: timedelta) -> str:
    """How long, in the two units that matter: "45 s", "25 min", "1 h 25", "2 d 4 h"; the sign is dropped."""
    seconds = int(abs(length.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds}{NBSP}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}{NBSP}min"
    if seconds < DAY:
        minutes = seconds % HOUR // MINUTE
        return f"{seconds // HOUR}{NBSP}h" + (f"{NBSP}{minutes:02d}" if minutes else "")
    days, hours = seconds // DAY, seconds % DAY // HOUR
    if seconds >= DAYS_FROM or not hours:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return f"{days}{NBSP}{pgettext('abbreviation of day', 'd')}{NBSP}{hours}{NBSP}h"


def relative(at: datetime, now: datetime) -> str:
    """Where `at` lies from `now`: "1 h 25 ago", "in 25 min", "just now" within a minute."""
    gap = at - now
    if abs(gap) < timedelta(minutes=1):
        return _("just now")
    return (_("in %(span)s") if gap > timedelta() else _("%(span)s ago")) % {"span": span(gap)}


def remaining(gap: timedelta) -> str:
    """What a countdown shows: "04:12" below an hour, then like `span`; the sign is dropped."""
    seconds = int(abs(gap.total_seconds()))
    if seconds < CLOCK_BELOW:
        return f"{seconds // MINUTE:02d}:{seconds % MINUTE:02d}"
    return span(gap)
