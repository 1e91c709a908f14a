"""Times as people type and read them: in the centre's zone, with the zone written out."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.cli.errors import Wrong
from vigie.cli.words import gettext as _
from vigie.kernel import clock
from vigie.lib.localtime import instant, parse


def zone() -> ZoneInfo:
    """The centre's."""
    from django.conf import settings  # noqa: PLC0415 # `vigie who` gives its own zone and stays without Django

    return ZoneInfo(settings.TIME_ZONE)


def moment(text: str, option: str, *, in_zone: ZoneInfo | None = None) -> datetime:
    """The instant somebody typed after `option`; Wrong says what could be typed instead."""
    try:
        return parse(text, now=clock.now(), zone=in_zone or zone())
    except (ValueError, OverflowError):
        raise Wrong(
            _("%(option)s: “%(text)s” is not a time.") % {"option": option, "text": text},
            hint=_("Write 14:30, 2026-11-22 14:30, +45min, -2h, or 2026-11-22T14:30+01:00."),
        ) from None


def maybe_moment(text: str, option: str) -> datetime | None:
    """As `moment`; nothing typed is None."""
    return moment(text, option) if text.strip() else None


def moment_or_day(text: str, option: str, *, end: bool = False) -> datetime:
    """As `moment`; a date alone, 2026-11-22, is the beginning of that day at the centre, or its `end`."""
    try:
        day = date.fromisoformat(text.strip())
        return instant(datetime.combine(day + timedelta(days=int(end)), time()), zone())
    except (ValueError, OverflowError):
        return moment(text, option)


def maybe_moment_or_day(text: str, option: str) -> datetime | None:
    """As `moment_or_day`; nothing typed is None."""
    return moment_or_day(text, option) if text.strip() else None


def span(since: str, until: str) -> tuple[datetime, datetime | None]:
    """What --from (now, if nothing) and --to (None, if nothing) name; Wrong if the end comes first."""
    start, end = maybe_moment(since, "--from") or clock.now(), maybe_moment(until, "--to")
    if end is not None and end <= start:
        raise Wrong(_("--to: the end is before the start, %(start)s.") % {"start": shown(start)})
    return start, end


def shown(at: datetime | None, *, in_zone: ZoneInfo | None = None) -> str:
    """`2026-11-22 14:26 CET`; the hour that a night in October repeats is told apart by its zone."""
    return f"{at.astimezone(in_zone or zone()):%Y-%m-%d %H:%M %Z}" if at else ""
