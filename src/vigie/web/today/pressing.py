"""What can't wait, for all of the staff to see: words overdue, calls that nobody ended, alarms, questions, holes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from django.utils.translation import gettext as _

from vigie.duty import queries as duty
from vigie.duty.escalation.models import Escalation
from vigie.duty.escalation.queries import open_escalations
from vigie.duty.seen.texts import level_words
from vigie.outages import queries as outages
from vigie.outages.rules import OutageKind
from vigie.outages.texts import headline, path
from vigie.web.owed import owed

HOLES_WITHIN = timedelta(days=3)
MOST = 8  # lines in all: who sees more sees none


@dataclass(frozen=True)
class Item:
    """One thing that can't wait. `at`: since when it waits, or, if `due`, when it was owed."""

    state: str
    what: str
    url: str
    at: datetime
    due: bool = False


@dataclass(frozen=True)
class Pressing:
    """The most pressing items, and whether there are more."""

    items: tuple[Item, ...]
    more: bool


def pressing(now: datetime, language: str) -> Pressing:
    """Everything that can't wait, in the order of its weight, then the longest first."""
    called = list(open_escalations()[: MOST + 1])
    kinds = (
        _calls(called, language),
        _overdue(now, called, language),
        _alarms(),
        _questions(),
        _holes(now, language),
    )
    found = list(islice(chain.from_iterable(kinds), MOST + 1))
    return Pressing(tuple(found[:MOST]), more=len(found) > MOST)


def _calls(called: list[Escalation], language: str) -> Iterator[Item]:
    for row in called:
        what = row.what_fr if language == "fr" else row.what_en
        line = (
            _("%(name)s has it: %(what)s") % {"name": row.acknowledged_by.name, "what": what}
            if row.acknowledged_by
            else _("Nobody has answered yet: %(what)s") % {"what": what}
        )
        yield Item("at_risk" if row.acknowledged_by else "down", line, row.path, row.opened_at)


def _overdue(now: datetime, called: list[Escalation], language: str) -> Iterator[Item]:
    """Words and acts owed whose time has passed; what calls somebody already is said once."""
    said = {row.key for row in called}
    for row, due in outages.all_due():
        if due.at <= now and f"outage:{row.pk}:{due.key}" not in said:
            words = owed(due, sudden=row.kind == OutageKind.SUDDEN)
            url = f"{path(row)}/report" if due.what == "report" else path(row)
            yield Item("at_risk", f"{words.what} · {headline(row, language)}", url, due.at, due=True)


def _alarms() -> Iterator[Item]:
    for alarm in outages.alarms_to_judge().order_by("-firing", "last_seen")[: MOST + 1]:
        what = (
            _("Alarm to judge: %(what)s") if alarm.firing else _("Alarm is over, the outage is not: %(what)s")
        )
        yield Item("degraded", what % {"what": alarm.summary}, "/desk", alarm.last_seen)


def _questions() -> Iterator[Item]:
    for fact in outages.open_questions()[: MOST + 1]:
        words = _("Open question: %(text)s") % {"text": fact.text}
        yield Item("unknown", words, f"{path(fact.outage)}#fact-{fact.pk}", fact.at)


def _holes(now: datetime, language: str) -> Iterator[Item]:
    for hole in duty.holes(now, now + HOLES_WITHIN):
        level = level_words(hole.level)
        words = _("Nobody holds %(duty)s (%(level)s)") % {"duty": hole.duty.name(language), "level": level}
        yield Item("at_risk", words, "/duty", hole.span.starts)
