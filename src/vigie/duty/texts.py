"""What people are told about duty: what changed in their shifts, what the week brings."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.duty.models import Duty, Shift, ShiftChange, Swap
from vigie.duty.queries.holes import Hole
from vigie.people.models import Person

MOST_LINES = 30


def when(starts: datetime, ends: datetime) -> str:
    """“Mon 23 Nov 2026 08:00 – 20:00 CET”, in the centre's zone and the language of the moment."""
    zone = ZoneInfo(settings.TIME_ZONE)
    begin, end = starts.astimezone(zone), ends.astimezone(zone)
    last = f"{end:%H:%M %Z}" if begin.date() == end.date() else f"{_day(end)} {end:%H:%M %Z}"
    return f"{_day(begin)} {begin:%H:%M} – {last}"


def _day(at: datetime) -> str:
    return f"{WEEKDAYS_ABBR[at.weekday()]} {at:%Y-%m-%d}"


def level_name(level: int) -> str:
    """“primary”, “backup”, “level 3”."""
    if level == 1:
        return _("primary")
    return _("backup") if level == 2 else _("level %(level)s") % {"level": level}  # noqa: PLR2004 # the second


def net_changes(rows: Sequence[ShiftChange]) -> list[ShiftChange]:
    """What is left of a person's changes when those that undo each other are struck out, soonest first."""
    left: dict[tuple[int, int, datetime, datetime], ShiftChange] = {}
    for row in rows:
        key = (row.duty_id, row.level, row.starts_at, row.ends_at)
        other = left.pop(key, None)
        if other is None or other.gained == row.gained:
            left[key] = row
    return sorted(left.values(), key=lambda row: (row.starts_at, row.level))


def _lines(rows: Sequence[tuple[Duty, int, datetime, datetime]], language: str) -> str:
    shown = [
        f"- {when(starts, ends)}: {duty.name(language)}, {level_name(level)}"
        for duty, level, starts, ends in rows[:MOST_LINES]
    ]
    if more := len(rows) - MOST_LINES:
        shown += [ngettext("- and %(n)d more", "- and %(n)d more", more) % {"n": more}] if more > 0 else []
    return "\n".join(shown)


def changes_mail(person: Person, changes: Sequence[ShiftChange]) -> dict[str, str]:
    """Tell a person what they no longer hold and what they hold now; in their language."""
    with translation.override(person.language):
        parts = []
        for gained, heading in ((True, _("You now hold:")), (False, _("You no longer hold:"))):
            rows = [
                (row.duty, row.level, row.starts_at, row.ends_at) for row in changes if row.gained == gained
            ]
            if rows:
                parts.append(f"{heading}\n{_lines(rows, person.language)}")
        by = ", ".join(dict.fromkeys(row.by for row in changes))
        return {
            "subject": _("Your shifts have changed"),
            "text": _("%(name)s,\n\n%(changes)s\n\nChanged by: %(by)s.\nAll your shifts: %(link)s")
            % {"name": person.name, "changes": "\n\n".join(parts), "by": by, "link": _mine()},
        }


def _mine() -> str:
    return f"{settings.OPTIONS['site.url']}/duty/+mine"


def digest_mail(
    person: Person,
    *,
    shifts: Sequence[Shift],
    offers: Sequence[Swap],
    holes: Sequence[Hole],
    waiting: Sequence[Swap],
) -> dict[str, str]:
    """What the next four weeks bring: own shifts, offers to answer; for a lead also holes and swaps to decide."""
    language = person.language
    with translation.override(language):
        rows = [(row.duty, row.level, row.starts_at, row.ends_at) for row in shifts]
        parts = [f"{_('Your shifts of the next four weeks:')}\n{_lines(rows, language)}"] if rows else []
        if offers:
            rows = [(row.duty, row.level, row.starts_at, row.ends_at) for row in offers]
            parts.append(f"{_('A colleague asks whether you can take:')}\n{_lines(rows, language)}")
        if holes:
            rows = [(row.duty, row.level, row.span.starts, row.span.ends) for row in holes]
            parts.append(f"{_('Nobody holds:')}\n{_lines(rows, language)}")
        if waiting:
            rows = [(row.duty, row.level, row.starts_at, row.ends_at) for row in waiting]
            parts.append(f"{_('Swaps that wait for a lead:')}\n{_lines(rows, language)}")
        return {
            "subject": _("Your duty, week by week"),
            "text": _("%(name)s,\n\n%(parts)s\n\nEverything about your shifts: %(link)s")
            % {"name": person.name, "parts": "\n\n".join(parts), "link": _mine()},
        }
