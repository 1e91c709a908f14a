"""Hand-overs and calls, to read."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.paging import Limit, Offset, page
from vigie.api.showing import person_ref
from vigie.duty import queries as duty
from vigie.duty.escalation import queries as calls
from vigie.duty.escalation.models import Escalation
from vigie.duty.handover import queries as handovers
from vigie.duty.handover.models import HandOver
from vigie.people.models import Person
from vigie.people.rules import Scope
from vigie.reactions.handover import sections_of

router = Router(tags=["People and duty"])
Code = Annotated[str | None, Query(None, alias="duty", max_length=asks.CODE_LIMIT)]
Number = Annotated[int, Path(ge=1, le=2**62)]


class StepOut(Schema):
    """One step of a call: `kind` is called, nobody, held, acknowledged, lapsed, exhausted or closed."""

    at: datetime
    kind: str
    person: shapes.PersonRef | None
    note: str


class CallOut(Schema):
    """Something owed that calls people until it is done. `state`: calling, acknowledged, over."""

    id: int
    state: str
    duty: str
    urgency: str
    what_fr: str
    what_en: str
    path: str
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: shapes.PersonRef | None
    closed_at: datetime | None
    steps: list[StepOut]


class LineOut(Schema):
    """One line of a hand-over, as it was when it was gathered."""

    text_fr: str
    text_en: str
    path: str
    at: datetime | None


class SectionOut(Schema):
    """Lines of one kind; `more` were left out."""

    code: str
    lines: list[LineOut]
    more: int


class CheckOut(Schema):
    text_fr: str
    text_en: str
    done_by: str
    done_at: datetime | None


class HandOverOut(Schema):
    """What one shift passes to the next. `state`: open, given, declined, accepted, void."""

    id: int
    duty: str
    state: str
    outgoing: shapes.PersonRef
    begins_at: datetime
    ends_at: datetime
    given_at: datetime | None
    accepted_at: datetime | None
    accepted_by: shapes.PersonRef | None
    reason: str
    notes: str
    checklist: list[CheckOut]
    sections: list[SectionOut]


def _ref(person: Person | None) -> shapes.PersonRef | None:
    return person_ref(person) if person else None


def call_out(row: Escalation) -> CallOut:
    return CallOut(
        id=row.pk,
        state=calls.state_of(row),
        duty=row.duty.code if row.duty else "",
        urgency=row.urgency,
        what_fr=row.what_fr,
        what_en=row.what_en,
        path=row.path,
        opened_at=row.opened_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=_ref(row.acknowledged_by),
        closed_at=row.closed_at,
        steps=[
            StepOut(at=step.at, kind=step.kind, person=_ref(step.person), note=step.note)
            for step in row.steps.all()
        ],
    )


def handover_out(row: HandOver) -> HandOverOut:
    return HandOverOut(
        id=row.pk,
        duty=row.duty.code,
        state=row.state,
        outgoing=person_ref(row.outgoing),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        given_at=row.given_at,
        accepted_at=row.accepted_at,
        accepted_by=_ref(row.accepted_by),
        reason=row.reason,
        notes=row.notes,
        checklist=[
            CheckOut(text_fr=item["fr"], text_en=item["en"], done_by=item["by"], done_at=item["at"] or None)
            for item in row.checklist
        ],
        sections=[
            SectionOut(
                code=section.code,
                more=section.more,
                lines=[
                    LineOut(text_fr=line.fr, text_en=line.en, path=line.url, at=line.when)
                    for line in section.lines
                ],
            )
            for section in sections_of(row)
        ],
    )


@router.get("/calls", summary="Who is called, and was", **operation(Scope.READ, shapes.Page[CallOut]))
def list_calls(
    request: HttpRequest,
    *,
    state: Annotated[
        Literal["open", "calling", "acknowledged", "over"] | None, Query(None, description="default: all")
    ],
    duty_code: Code,
    limit: Limit,
    offset: Offset,
) -> shapes.Page[CallOut]:
    """Newest first, each with its steps."""
    code = duty.duty_by_code(duty_code).code if duty_code is not None else ""
    rows = calls.matching(state=state or "", duty=code).prefetch_related("steps__person")
    return page(request, rows, limit, offset, lambda found: [call_out(row) for row in found])


@router.get("/calls/{number}", summary="One call", **operation(Scope.READ, CallOut))
def one_call(request: HttpRequest, number: Number) -> CallOut:  # noqa: ARG001 # ninja hands every operation the request
    """With its steps, oldest first."""
    return call_out(calls.escalation(number))


@router.get("/handovers", summary="Hand-overs of shifts", **operation(Scope.READ, shapes.Page[HandOverOut]))
def list_handovers(
    request: HttpRequest,
    *,
    state: Annotated[
        Literal["unsettled", "open", "given", "declined", "accepted", "void"] | None,
        Query(None, description="default: all"),
    ],
    duty_code: Code,
    limit: Limit,
    offset: Offset,
) -> shapes.Page[HandOverOut]:
    """Newest first. What was not given yet is gathered at this moment; what was given is as it was then."""
    code = duty.duty_by_code(duty_code).code if duty_code is not None else ""
    rows = handovers.matching(state=state or "", duty=code)
    return page(request, rows, limit, offset, lambda found: [handover_out(row) for row in found])


@router.get("/handovers/{number}", summary="One hand-over", **operation(Scope.READ, HandOverOut))
def one_handover(request: HttpRequest, number: Number) -> HandOverOut:  # noqa: ARG001 # same
    """By its number."""
    return handover_out(handovers.handover(number))
