"""Duty at a moment, level by level: who holds it, what is missing, who comes next; and where one's calendar is."""

from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from vigie.api import asks, shapes
from vigie.api.auth import operation, sees_contacts
from vigie.api.moments import Moment
from vigie.api.people import Call, duty_out, person_out
from vigie.duty import queries as duty
from vigie.duty.queries import OnDuty
from vigie.duty.seen import queries
from vigie.duty.seen.queries import Post, Seat
from vigie.kernel import clock
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.people.rules import Scope

router = Router(tags=["People and duty"])


class HoldingOut(Schema):
    """Somebody who holds a level of a duty from `since` (in) to `until` (out)."""

    person: shapes.PersonOut
    since: Moment
    until: Moment


class SeatOut(Schema):
    """One level. Two holders are a hand-over that overlaps, the earlier first; none: nobody holds it."""

    level: int
    holders: list[HoldingOut]
    next: HoldingOut | None = Field(description="the next shift that begins, within two weeks")


class PostOut(Schema):
    """One duty, each of its levels in order, held or not."""

    duty: shapes.DutyOut
    levels: list[SeatOut]
    missing: list[int] = Field(description="levels that nobody holds; none outside the hours of the duty")


class BoardOut(Schema):
    at: Moment
    duties: list[PostOut]
    changes_at: Moment | None = Field(description="when this reads otherwise, if nobody touches the rota")


class CalendarOut(Schema):
    """Address of a calendar (iCal) that needs no token; whoever has it sees the shifts."""

    duty: str = Field(description="code of the duty; empty for the caller's own shifts")
    url: str


@router.get("/duty/now", summary="Every level of every duty at a moment", **operation(Scope.READ, BoardOut))
def duty_now(
    request: Call,
    at: Annotated[Moment | None, Query(None, description="default: now")],
    duty_code: Annotated[str | None, Query(None, alias="duty", max_length=asks.CODE_LIMIT)],
) -> BoardOut:
    """Who holds each level, which level nobody holds, who comes next, and when that changes."""
    t = at or clock.now()
    codes = [duty.duty_by_code(duty_code).code] if duty_code is not None else []
    posts = queries.board(t, codes)
    contacts = sees_contacts(request.auth)
    return BoardOut(
        at=t,
        duties=[_post(post, contacts=contacts) for post in posts],
        changes_at=queries.next_change(posts, t),
    )


def _post(post: Post, *, contacts: bool) -> PostOut:
    return PostOut(
        duty=duty_out(post.duty),
        levels=[_seat(seat, contacts=contacts) for seat in post.seats],
        missing=[] if post.rests else [seat.level for seat in post.seats if not seat.held],
    )


def _seat(seat: Seat, *, contacts: bool) -> SeatOut:
    return SeatOut(
        level=seat.level,
        holders=[_holding(row, contacts=contacts) for row in seat.holders],
        next=_holding(seat.next, contacts=contacts) if seat.next else None,
    )


def _holding(row: OnDuty, *, contacts: bool) -> HoldingOut:
    return HoldingOut(person=person_out(row.person, contacts=contacts), since=row.since, until=row.until)


@router.get(
    "/duty/calendars", summary="Addresses of calendars of shifts", **operation(Scope.READ, list[CalendarOut])
)
def duty_calendars(request: Call) -> list[CalendarOut]:
    """The caller's own shifts, and each duty's. An address works until it is reset on the page Calendars."""
    person: Person | None = person_behind(request.auth)
    mine = [CalendarOut(duty="", url=queries.calendar_url(person))] if person else []
    return mine + [CalendarOut(duty=row.code, url=queries.calendar_url(row)) for row in duty.duties()]
