"""What people are told about duty: what changed in their shifts, what the week brings."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vigie.duty.models import Duty, Shift, ShiftChange, Swap
from vigie.duty.queries.holes import Hole
from vigie.duty.rules import Reason
from vigie.people.models import Person

MOST_LINES = 30
REASONS = {
    Reason.LEFT: gettext_lazy("no longer works here then"),
    Reason.ABSENT: gettext_lazy("away then"),
    Reason.UNQUALIFIED: gettext_lazy("not qualified then"),
    Reason.HOLDS: gettext_lazy("holds another level then"),
}


class SwapNews(StrEnum):
    """What can be said of a swap to those whom it concerns."""

    OFFERED = "offered"
    TO_DECIDE = "to_decide"
    DECLINED = "declined"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


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


def _row(row: Shift | Swap | ShiftChange) -> tuple[Duty, int, datetime, datetime]:
    return row.duty, row.level, row.starts_at, row.ends_at


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
        parts = [
            f"{heading}\n{_lines(rows, language)}"
            for heading, rows in (
                (_("Your shifts of the next four weeks:"), [_row(row) for row in shifts]),
                (_("A colleague asks whether you can take:"), [_row(row) for row in offers]),
                (
                    _("Nobody holds:"),
                    [(row.duty, row.level, row.span.starts, row.span.ends) for row in holes],
                ),
                (_("Swaps that wait for a lead:"), [_row(row) for row in waiting]),
            )
            if rows
        ]
        return {
            "subject": _("Your duty, week by week"),
            "text": _("%(name)s,\n\n%(parts)s\n\nEverything about your shifts: %(link)s")
            % {"name": person.name, "parts": "\n\n".join(parts), "link": _mine()},
        }


SUBJECTS = {
    SwapNews.OFFERED: gettext_lazy("%(from)s asks whether you can take a shift"),
    SwapNews.TO_DECIDE: gettext_lazy("A swap waits for your decision"),
    SwapNews.DECLINED: gettext_lazy("Your offer of a shift was declined"),
    SwapNews.REFUSED: gettext_lazy("A lead refused the swap"),
    SwapNews.WITHDRAWN: gettext_lazy("The offer of a shift was withdrawn"),
    SwapNews.EXPIRED: gettext_lazy("Nobody took your shift: you hold it"),
}


def swap_mail(swap: Swap, news: SwapNews, person: Person) -> dict[str, str]:
    """Tell `person` what became of an offer, in their language."""
    with translation.override(person.language):
        duty = swap.duty.name(person.language)
        lines = [
            _("Shift: %(when)s, %(duty)s, %(level)s")
            % {"when": when(swap.starts_at, swap.ends_at), "duty": duty, "level": level_name(swap.level)}
        ]
        if swap.return_starts_at and swap.return_ends_at:
            span = when(swap.return_starts_at, swap.return_ends_at)
            lines.append(_("In return: %(when)s") % {"when": span})
        lines.append(_("Offered by: %(name)s") % {"name": swap.offered_by.name})
        if swap.accepted_by:
            lines.append(_("Accepted by: %(name)s") % {"name": swap.accepted_by.name})
        if swap.why:
            lines.append(_("Why: %(why)s") % {"why": swap.why})
        if swap.answer:
            lines.append(_("Answer: %(answer)s") % {"answer": swap.answer})
        link = f"{settings.OPTIONS['site.url']}/duty/+swaps/{swap.pk}"
        return {
            "subject": SUBJECTS[news] % {"from": swap.offered_by.name},
            "text": "\n\n".join([f"{person.name},", "\n".join(lines), link]),
        }
