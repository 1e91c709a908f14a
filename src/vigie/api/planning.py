"""Planned outages: plan, follow, move, start, cancel; recurring maintenance. Announcing is publishing a notice."""

from ninja import Router

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.outages import Number
from vigie.api.people import Call
from vigie.api.showing import outage_full
from vigie.api.steering import ServiceCode
from vigie.outages import actions, queries
from vigie.outages.actions import Window
from vigie.people.queries import person_by_login
from vigie.people.rules import Scope

router = Router(tags=["Planning an outage"])

PLAN = operation(Scope.DECLARE, shapes.OutageFull)


def _window(body: asks.WindowIn) -> Window:
    return Window(body.effect.value, body.starts_at, body.ends_at)


@router.post("/planned-outages", summary="Plan an outage", **PLAN)
def plan_outage(request: Call, body: asks.PlanIn) -> shapes.OutageFull:
    """A draft, known inside only; it is announced by publishing its first notice, once a follower has accepted."""
    outage = actions.plan(
        request.auth,
        windows={code: _window(window) for code, window in body.services.items()},
        title_fr=body.title_fr,
        title_en=body.title_en,
        contact=person_by_login(body.contact) if body.contact else None,
        asked_follower=person_by_login(body.ask_follower) if body.ask_follower else None,
        key=f"api:{request.auth.actor_id}:{body.key}" if body.key else None,
    )
    return outage_full(queries.outage(outage.pk))


@router.post("/outages/{number}/follower/ask", summary="Ask somebody of Support to follow", **PLAN)
def ask_follower(request: Call, number: Number, body: asks.PersonIn) -> shapes.OutageFull:
    """They are told by mail, and accept or decline."""
    row = queries.outage(number)
    actions.ask_follower(request.auth, row, person_by_login(body.person))
    return outage_full(row)


@router.post("/outages/{number}/follower/accept", summary="Accept to follow", **PLAN)
def accept_following(request: Call, number: Number) -> shapes.OutageFull:
    """Exactly one person of Support follows; the second of two who accept at once is told who was first."""
    row = queries.outage(number)
    actions.accept_following(request.auth, row)
    return outage_full(row)


@router.post("/outages/{number}/follower/decline", summary="Decline to follow", **PLAN)
def decline_following(request: Call, number: Number, body: asks.WhyNotIn) -> shapes.OutageFull:
    """The person who was asked says no."""
    row = queries.outage(number)
    actions.decline_following(request.auth, row, why=body.why)
    return outage_full(row)


@router.post("/outages/{number}/move", summary="Move a planned outage", **PLAN)
def move_outage(request: Call, number: Number, body: asks.MoveIn) -> shapes.OutageFull:
    """Every service keeps its effect and its place in the window. Once announced, a change notice is owed."""
    row = queries.outage(number)
    actions.move(request.auth, row, body.starts_at, why=body.why)
    return outage_full(row)


@router.put("/outages/{number}/windows/{code}", summary="Set a service's window", **PLAN)
def change_window(request: Call, number: Number, code: ServiceCode, body: asks.WindowIn) -> shapes.OutageFull:
    """Before the start: its effect and its times; a service that was not there is added."""
    row = queries.outage(number)
    actions.change_window(request.auth, row, code, _window(body))
    return outage_full(row)


@router.delete("/outages/{number}/windows/{code}", summary="Spare a service", **PLAN)
def remove_service(request: Call, number: Number, code: ServiceCode) -> shapes.OutageFull:
    """Before the start; the last service can't be spared: cancel instead."""
    row = queries.outage(number)
    actions.remove_service(request.auth, row, code)
    return outage_full(row)


@router.post("/outages/{number}/start", summary="Confirm the start", **PLAN)
def start_outage(request: Call, number: Number, body: asks.AtIn) -> shapes.OutageFull:
    """The contact says that the work has begun, or a lead; the start notice is owed."""
    row = queries.outage(number)
    actions.start(request.auth, row, at=body.at)
    return outage_full(row)


@router.post("/outages/{number}/cancel", summary="Cancel a planned outage", **PLAN)
def cancel_outage(request: Call, number: Number, body: asks.WhyIn) -> shapes.OutageFull:
    """It will not take place; if it was announced, the cancellation is owed to the outside."""
    row = queries.outage(number)
    actions.cancel(request.auth, row, why=body.why)
    return outage_full(row)
