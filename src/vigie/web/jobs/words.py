"""How states and numbers of jobs are said."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from vigie.contracts.batch import STATES, UNLIMITED_S
from vigie.jobs.detect.words import memory, span
from vigie.web.timewords import french

STATE_WORDS = {
    "waiting": pgettext_lazy("job", "waiting"),
    "held": pgettext_lazy("job", "held"),
    "running": pgettext_lazy("job", "running"),
    "suspended": pgettext_lazy("job", "suspended"),
    "ending": pgettext_lazy("job", "ending"),
    "completed": pgettext_lazy("job", "completed"),
    "failed": pgettext_lazy("job", "failed"),
    "cancelled": pgettext_lazy("job", "cancelled"),
    "timeout": pgettext_lazy("job", "stopped at its limit"),
    "out-of-memory": pgettext_lazy("job", "out of memory"),
    "node-failed": pgettext_lazy("job", "node failed"),
    "preempted": pgettext_lazy("job", "preempted"),
    "requeued": pgettext_lazy("job", "requeued"),
    "unknown": pgettext_lazy("job", "unknown"),
}
MOST_NODES = 8


def centre_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def day_of(text: str) -> date | None:
    """A day as addresses write it, 2026-11-21; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def state_word(state: str | None) -> str:
    return str(STATE_WORDS.get(state or "unknown", state))


def state_choices() -> list[tuple[str, str]]:
    return [(state, str(STATE_WORDS[state])) for state in STATES]


def percent(share: float | None) -> str:
    """“12%” as the language writes it; “–” if it was not measured."""
    if share is None:
        return "–"
    places = 1 if 0 < share < 0.01 else 0  # noqa: PLR2004 # under one percent a place says more than a zero
    return _("%(number)s%%") % {"number": number_format(round(share * 100, places), places)}


def hours(seconds: float | None) -> str:
    """A length of time: 6 h 12 min, 3 d 4 h; “–” if unknown."""
    if seconds is None:
        return "–"
    return _("no limit") if seconds >= UNLIMITED_S else span(seconds, get_language() or "fr")


def gigabytes(size: float | None) -> str:
    return "–" if size is None else memory(size, get_language() or "fr")


def short_date(day: date) -> str:
    """For the axis of a chart: 21 Nov."""
    return date_format(day, "j N").lower() if french() else date_format(day, "j M")


def node_words(nodes: Sequence[str] | None) -> str:
    if not nodes:
        return "–"
    more = len(nodes) - MOST_NODES
    shown = ", ".join(nodes[:MOST_NODES])
    return f"{shown} +{more}" if more > 0 else shown
