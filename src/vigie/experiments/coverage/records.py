"""Coverage as plain data, the same for the command line, the API and the exports."""

from typing import Any

from vigie.experiments.coverage import queries
from vigie.experiments.coverage.models import TakingOver
from vigie.experiments.coverage.queries import Line, LineYear, Year
from vigie.experiments.coverage.rules import NEVER, Hole
from vigie.experiments.coverage.texts import what_words
from vigie.kernel import clock


def _day(day: Any) -> str | None:
    return None if day is None or day == NEVER else day.isoformat()


def hole_record(hole: Hole, year: Year) -> dict[str, Any]:
    """`start` is None where nobody ever covered the line; `until` where there is no end in sight."""
    return {
        "line": hole.line,
        "state": hole.state.value,
        "start": _day(hole.days.starts) if hole.ever else None,
        "until": _day(hole.days.ends),
        "cause": hole.reason.cause.value,
        "persons": sorted(year.persons[pk].login for pk in hole.reason.persons),
        "left": sorted(year.persons[pk].login for pk in hole.left),
    }


def line_record(one: LineYear, year: Year) -> dict[str, Any]:
    """A line with who covers it now or later, and its holes of twelve months; days are half-open."""
    here = next(stretch for stretch in one.stretches if stretch.days.holds(year.today))
    return {
        "line": one.line.key,
        "name": one.line.name,
        "domain": one.line.domain,
        "state": here.state.value,
        "coverage": [
            {
                "id": row.pk,
                "login": row.person.login,
                "level": row.level,
                "start": _day(row.starts_on),
                "until": _day(row.ends_on),
                "today": queries.turn(row).days.holds(year.today),
            }
            for row in one.rows
            if row.ends_on is None or row.ends_on > year.today
        ],
        "holes": [hole_record(hole, year) for hole in one.holes],
    }


def answer_record(line: Line) -> dict[str, Any]:
    """Who answers for a line at this moment."""
    found = queries.cover_of(line.experiment, clock.now())
    return {"level": found.level, "persons": [person.login for person in found.persons]}


def taking_record(row: TakingOver, language: str) -> dict[str, Any]:
    """Something that changes hands."""
    return {
        "id": row.pk,
        "what": what_words(row, language),
        "giver": row.giver.login if row.giver else "",
        "taker": row.taker.login,
        "due_on": row.due_on.isoformat(),
        "state": row.state,
        "closed_at": row.closed_at.isoformat() if row.closed_at else "",
        "closed_by": row.closed_by.login if row.closed_by else "",
    }
