"""Who covers which experiment, holes ahead, what changes hands."""

from datetime import date
from typing import Annotated

from django.utils.translation import get_language
from ninja import Path, Query, Router, Schema

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.moments import Moment
from vigie.api.paging import Limit, Offset, page
from vigie.api.people import Call
from vigie.api.showing import person_ref
from vigie.experiments.coverage import queries, records
from vigie.experiments.coverage.models import TakingOver
from vigie.kernel import clock
from vigie.people.rules import Scope

router = Router(tags=["Coverage"])

LineKey = Annotated[str, Path(max_length=asks.CODE_LIMIT, description="an experiment's code, or +general")]


class CoverageOut(Schema):
    """A person on a line; days are half-open, `until` is null where there is no end in sight."""

    id: int
    login: str
    level: str
    start: date
    until: date | None
    today: bool


class HoleOut(Schema):
    """Days with nobody (`none`) or one person (`single`); `start` is null where nobody ever covered the line."""

    line: str
    state: str
    start: date | None
    until: date | None
    cause: str
    persons: list[str]
    left: list[str]


class LineOut(Schema):
    """A line: `+general`, or an experiment by its code."""

    line: str
    name: str
    domain: str
    state: str
    coverage: list[CoverageOut]
    holes: list[HoleOut]


class AnswerOut(Schema):
    """Who answers for a line: `level` is primary, backup, or lead where nobody of these is there."""

    at: Moment
    line: str
    level: str
    persons: list[shapes.PersonRef]


class TakingOverOut(Schema):
    """Something that goes from one person to another; logins."""

    id: int
    what: str
    giver: str
    taker: str
    due_on: date
    state: str


@router.get("/coverage", summary="Every line and its holes", **operation(Scope.READ, list[LineOut]))
def coverage(request: Call) -> list[LineOut]:  # noqa: ARG001 # ninja hands every operation the request
    """General support and every experiment: who covers it now and later, holes of the coming twelve months."""
    year = queries.year()
    return [LineOut.model_validate(records.line_record(one, year)) for one in year.lines]


@router.get("/coverage/holes", summary="Holes ahead", **operation(Scope.READ, list[HoleOut]))
def holes_ahead(request: Call) -> list[HoleOut]:  # noqa: ARG001 # same
    """Open, or opening within twelve months; soonest first."""
    year = queries.year()
    return [HoleOut.model_validate(records.hole_record(hole, year)) for hole in year.holes]


@router.get(
    "/coverage/taking-over",
    summary="What changes hands",
    **operation(Scope.READ, shapes.Page[TakingOverOut]),
)
def taking_over(request: Call, limit: Limit, offset: Offset) -> shapes.Page[TakingOverOut]:
    """Not done yet, soonest first."""
    language = get_language() or "fr"

    def shown(rows: list[TakingOver]) -> list[TakingOverOut]:
        return [TakingOverOut.model_validate(records.taking_record(row, language)) for row in rows]

    return page(request, queries.open_taking_overs(), limit, offset, shown)


@router.get(
    "/coverage/lines/{key}/answers", summary="Who answers for a line", **operation(Scope.READ, AnswerOut)
)
def who_answers(
    request: Call,  # noqa: ARG001 # same
    key: LineKey,
    at: Annotated[Moment | None, Query(None, description="default: now")],
) -> AnswerOut:
    """The primaries who are there at that moment, else the backups, else the leads."""
    line = queries.line_by_key(key)
    t = at or clock.now()
    found = queries.cover_of(line.experiment, t)
    return AnswerOut(
        at=t, line=line.key, level=found.level, persons=[person_ref(person) for person in found.persons]
    )
