"""Steering an outage: services, promises, roles, end, report. Every call answers with the outage as it is then."""

from typing import Annotated

from ninja import Path, Router

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.outages import Number
from vigie.api.people import Call
from vigie.api.showing import outage_full
from vigie.outages import actions, queries
from vigie.people.queries import person_by_login
from vigie.people.rules import Scope

router = Router(tags=["Steering an outage"])

ServiceCode = Annotated[str, Path(max_length=asks.CODE_LIMIT, description="code of an affected service")]
STEER = operation(Scope.DECLARE, shapes.OutageFull)


@router.post("/outages/{number}/services", summary="One more service is hit", **STEER)
def add_service(request: Call, number: Number, body: asks.AddServiceIn) -> shapes.OutageFull:
    """Its effect begins now unless `starts_at` says otherwise."""
    row = queries.outage(number)
    actions.add_service(request.auth, row, body.service, body.effect.value, starts_at=body.starts_at)
    return outage_full(row)


@router.patch(
    "/outages/{number}/services/{code}", summary="Change a service's effect or expected end", **STEER
)
def change_service(
    request: Call, number: Number, code: ServiceCode, body: asks.ChangeServiceIn
) -> shapes.OutageFull:
    """What users notice of it, or when it is expected back."""
    row = queries.outage(number)
    effect = body.effect.value if body.effect else None
    actions.change_service(request.auth, row, code, effect=effect, expected_end=body.expected_end)
    return outage_full(row)


@router.post("/outages/{number}/services/{code}/restore", summary="A service works again", **STEER)
def restore(request: Call, number: Number, code: ServiceCode, body: asks.AtIn) -> shapes.OutageFull:
    """The others go on; the last one restored does not end the outage."""
    row = queries.outage(number)
    actions.restore(request.auth, row, code, at=body.at)
    return outage_full(row)


@router.post("/outages/{number}/promise", summary="Promise the next update", **STEER)
def promise(request: Call, number: Number, body: asks.PromiseIn) -> shapes.OutageFull:
    """By when the next update comes; readers see it with the next notice."""
    row = queries.outage(number)
    actions.promise(request.auth, row, body.next_update_by)
    return outage_full(row)


@router.post("/outages/{number}/hand-over", summary="Hand a role over", **STEER)
def hand_over(request: Call, number: Number, body: asks.HandOverIn) -> shapes.OutageFull:
    """The contact's to another operator, the follower's to another of Support."""
    row = queries.outage(number)
    actions.hand_over(request.auth, row, body.role, person_by_login(body.to), why=body.why)
    return outage_full(row)


@router.post("/outages/{number}/end", summary="End an outage", **STEER)
def end(request: Call, number: Number, body: asks.EndIn) -> shapes.OutageFull:
    """The contact says that it is over, or a lead; services still out are restored at that time."""
    row = queries.outage(number)
    actions.end(request.auth, row, data_lost=body.data_lost.value, at=body.at)
    return outage_full(row)


@router.post("/outages/{number}/data-lost", summary="Say later whether data was lost", **STEER)
def data_lost(request: Call, number: Number, body: asks.DataLostIn) -> shapes.OutageFull:
    """Answers what was not known at the end."""
    row = queries.outage(number)
    actions.answer_data(request.auth, row, body.data_lost.value)
    return outage_full(row)


@router.post("/outages/{number}/false-alarm", summary="It was a false alarm", **STEER)
def false_alarm(request: Call, number: Number, body: asks.WhyIn) -> shapes.OutageFull:
    """Nothing was wrong: it ends, with its reason."""
    row = queries.outage(number)
    actions.false_alarm(request.auth, row, why=body.why)
    return outage_full(row)


@router.post("/outages/{number}/reopen", summary="Reopen an outage", **STEER)
def reopen(request: Call, number: Number, body: asks.ReopenIn) -> shapes.OutageFull:
    """It was not over: the named services are out as before, and an update is owed."""
    row = queries.outage(number)
    actions.reopen(request.auth, row, services=body.services, why=body.why)
    return outage_full(row)


@router.post("/outages/{number}/review", summary="Close an outage with its report", **STEER)
def review(request: Call, number: Number, body: asks.ReviewIn) -> shapes.OutageFull:
    """What happened, why, and what is done so that it does not come back; in both languages."""
    row = queries.outage(number)
    actions.review(request.auth, row, text_fr=body.text_fr, text_en=body.text_en)
    return outage_full(row)
