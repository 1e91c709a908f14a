"""The heat map of coverage: each line in each coming month as a number, a pattern and words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vigie.experiments.coverage.queries import Line, LineYear, Year
from vigie.experiments.coverage.rules import Cell, Days, State
from vigie.experiments.coverage.texts import day_words

STATES: Mapping[State, str | Promise] = {
    State.NONE: gettext_lazy("nobody"),
    State.SINGLE: gettext_lazy("only one person"),
    State.COVERED: gettext_lazy("covered"),
}
SHAPES = {State.NONE: "down", State.SINGLE: "at_risk", State.COVERED: "ok"}


@dataclass(frozen=True)
class Month:
    """A column: `short` for the eye ("Jul"), `letter` on a phone, `words` in full; a new year is marked."""

    short: str
    letter: str
    words: str
    new_year: bool


@dataclass(frozen=True)
class Box:
    """One cell as shown: the fewest persons of the month, its pattern, and the whole in words."""

    number: int
    state: str
    words: str
    part: bool  # only a part of the month is that bad


@dataclass(frozen=True)
class HeatRow:
    line: Line
    boxes: tuple[Box, ...]
    worst: str  # the worst state of the year, for the eye that runs down the names
    shape: str


def columns(months: tuple[Days, ...]) -> list[Month]:
    found = []
    for month in months:
        short = date_format(month.starts, "N")
        found.append(
            Month(short, short[:1].upper(), date_format(month.starts, "F Y"), month.starts.month == 1)
        )
    return found


def rows(year: Year) -> list[HeatRow]:
    """Every line of the year as a row, in the order it has."""
    return [row(one, year) for one in year.lines]


def row(one: LineYear, year: Year) -> HeatRow:
    states = [cell.state for cell in one.cells]
    worst = next(state for state in (State.NONE, State.SINGLE, State.COVERED) if state in states)
    return HeatRow(one.line, tuple(_box(cell, year) for cell in one.cells), worst.value, SHAPES[worst])


def _box(cell: Cell, year: Year) -> Box:
    month = date_format(cell.days.starts, "F Y")
    if cell.state is State.COVERED:
        names = ", ".join(year.names(cell.persons))
        people = ngettext("%(n)d person", "%(n)d persons", cell.fewest) % {"n": cell.fewest}
        return Box(cell.fewest, cell.state, f"{month}: {people} ({names})", part=False)
    state = str(STATES[cell.state])
    worst = cell.worst
    if worst is None or worst == cell.days:
        return Box(cell.fewest, cell.state, f"{month}: {state}", part=False)
    since = _("%(month)s: %(state)s from %(day)s") % {
        "month": month,
        "state": state,
        "day": day_words(worst.starts),
    }
    return Box(cell.fewest, cell.state, since, part=True)
