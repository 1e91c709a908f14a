"""What coverage puts on a desk: to leads the holes ahead, to who gives and takes what changes hands soon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from vigie.experiments.coverage import queries
from vigie.experiments.coverage.rules import MARKS, State, months_before, worth_telling
from vigie.experiments.coverage.texts import cause_words, hole_words, what_words
from vigie.lib.localtime import instant
from vigie.people.models import Person
from vigie.people.rules import Role

ALONE = timedelta(days=31)  # so long a desk says that only one person is left
NEAR = timedelta(days=14)  # a taking-over shows so long before its day; a lead sees it when it is late


@dataclass(frozen=True)
class Chore:
    """A task as the desk shows one; `due`: `at` is a deadline still ahead, else since when it waits."""

    kind: str
    what: str
    url: str
    at: datetime
    due: bool
    verb: str
    why: str = ""
    who: str = ""
    status: str = ""
    mine: bool = True


def chores(reader: Person, language: str) -> Iterator[Chore]:
    yield from _taking_overs(reader, language)
    if Role.LEAD in reader.roles:
        yield from _holes()


def _at(day: date) -> datetime:
    """Midnight with which the day begins at the centre."""
    return instant(datetime.combine(day, time.min), queries.zone())


def _holes() -> Iterator[Chore]:
    """Holes told to the leads by now: those that open within six months, or are open with nobody.

    That somebody has long been alone is for the page of coverage to say, not for a desk every day.
    """
    year = queries.year()
    lines = {one.line.key: one.line for one in year.lines}
    names = {pk: person.name for pk, person in year.persons.items()}
    for hole in year.holes:
        if not worth_telling(hole) or months_before(hole.days.starts, max(MARKS)) > year.today:
            continue
        if hole.state is State.SINGLE and hole.days.starts < year.today - ALONE:
            continue
        yield Chore(
            kind="hole",
            what=hole_words(hole, lines[hole.line], year.today, names),
            url=lines[hole.line].path,
            at=_at(hole.days.starts),
            due=hole.days.starts > year.today,
            verb=_("Find somebody"),
            why=cause_words(hole, names),
            status="down" if hole.state is State.NONE else "at_risk",
        )


def _taking_overs(reader: Person, language: str) -> Iterator[Chore]:
    today = queries.today()
    for row in queries.open_taking_overs():
        late = row.due_on < today
        concerned = reader.pk in {row.taker_id, row.giver_id}
        if not (concerned and row.due_on <= today + NEAR) and not (late and Role.LEAD in reader.roles):
            continue
        takes = row.taker_id == reader.pk
        words = _("You are to take over: %(what)s") if takes else _("To be handed over: %(what)s")
        yield Chore(
            kind="taking_over",
            what=words % {"what": what_words(row, language)},
            url=reverse("taking_overs"),
            at=_at(row.due_on + timedelta(days=1)),
            due=not late,
            verb=_("See what changes hands"),
            why=_("from %(name)s") % {"name": row.giver.name} if takes and row.giver else "",
            who="" if takes else row.taker.name,
            mine=concerned,
        )
