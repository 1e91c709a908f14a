"""Who is on duty, who works here, who calls."""

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from vigie.api import asks, shapes
from vigie.api.auth import operation, sees_contacts
from vigie.api.moments import Moment
from vigie.api.paging import Limit, Offset, page
from vigie.api.showing import person_ref
from vigie.duty import queries as duty
from vigie.duty.actions import PERMISSIONS, DutyPermission
from vigie.duty.models import Duty
from vigie.kernel import clock
from vigie.kernel.access import Actor, allowed
from vigie.kernel.errors import BadInput
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.people.queries import TokenActor
from vigie.people.rules import Scope

router = Router(tags=["People and duty"])

LONGEST_SPAN = timedelta(days=400)


class Call(HttpRequest):
    """A request whose caller is known."""

    auth: Actor


def duty_out(row: Duty) -> shapes.DutyOut:
    return shapes.DutyOut(code=row.code, name_fr=row.name_fr, name_en=row.name_en, phone=row.phone)


def person_out(row: Person, *, contacts: bool) -> shapes.PersonOut:
    """A person; mail and phone only for who may see them."""
    return shapes.PersonOut(
        login=row.login,
        name=row.name,
        language=row.language,
        roles=sorted(row.roles),
        groups=sorted(membership.group.code for membership in row.memberships.all()),
        email=row.email if contacts else None,
        phone=row.phone if contacts else None,
    )


@router.get("/whoami", summary="In whose name this call is made", **operation(Scope.READ, shapes.WhoamiOut))
def whoami(request: Call) -> shapes.WhoamiOut:
    """Tells a script whether its token works, and what it may do."""
    actor = request.auth
    token = actor.token if isinstance(actor, TokenActor) else None
    person = people.person_behind(actor)
    return shapes.WhoamiOut(
        kind=actor.actor_kind,
        name=actor.actor_label,
        login=person.login if person else "",
        roles=sorted(actor.roles),
        scopes=list(token.scopes) if token else sorted(Scope),
        expires_at=token.expires_at if token else None,
    )


@router.get("/who", summary="Who is on duty at a moment", **operation(Scope.READ, shapes.WhoOut))
def who(
    request: Call,
    at: Annotated[Moment | None, Query(None, description="default: now")],
    duty_code: Annotated[str | None, Query(None, alias="duty", max_length=asks.CODE_LIMIT)],
) -> shapes.WhoOut:
    """Everyone on duty at the instant `at`, by duty, then level."""
    t = at or clock.now()
    if duty_code is not None:
        duty.duty_by_code(duty_code)
    contacts = sees_contacts(request.auth)
    rows = [
        shapes.OnDutyOut(
            duty=duty_out(row.duty),
            person=person_out(row.person, contacts=contacts),
            level=row.level,
            since=row.since,
            until=row.until,
        )
        for row in duty.on_duty(t, duty_code)
    ]
    return shapes.WhoOut(at=t, on_duty=rows)


@router.get("/duties", summary="The duties of this centre", **operation(Scope.READ, list[shapes.DutyOut]))
def duties(request: Call) -> list[shapes.DutyOut]:  # noqa: ARG001 # ninja hands every operation the request
    """Production, Support, and whatever else has a rota."""
    return [duty_out(row) for row in duty.duties()]


@router.get(
    "/shifts", summary="Shifts between two moments", **operation(Scope.READ, shapes.Page[shapes.ShiftOut])
)
def shifts(
    request: Call,
    *,
    since: Annotated[Moment | None, Query(None, description="default: now")],
    until: Annotated[Moment | None, Query(None, description="default: four weeks after since")],
    duty_code: Annotated[str | None, Query(None, alias="duty", max_length=asks.CODE_LIMIT)],
    limit: Limit,
    offset: Offset,
) -> shapes.Page[shapes.ShiftOut]:
    """Shifts that touch the span, by start; a span of 400 days at most."""
    start = since or clock.now()
    end = until or start + timedelta(weeks=4)
    if end <= start:
        raise BadInput("span.ends_before_start", _("The end is before the start."), field="until")
    if end - start > LONGEST_SPAN:
        raise BadInput("span.too_long", _("Ask for 400 days at most."), field="until")
    if duty_code is not None:
        duty.duty_by_code(duty_code)
    rows = duty.shifts_between(start, end, duty_code)
    return page(
        request,
        rows,
        limit,
        offset,
        lambda found: [
            shapes.ShiftOut(
                duty=row.duty.code,
                person=person_ref(row.person),
                level=row.level,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for row in found
        ],
    )


@router.get(
    "/holes", summary="Shifts to come that nobody holds", **operation(Scope.READ, list[shapes.HoleOut])
)
def holes(
    request: Call,  # noqa: ARG001 # ninja hands every operation the request
    duty_code: Annotated[str | None, Query(None, alias="duty", max_length=asks.CODE_LIMIT)],
) -> list[shapes.HoleOut]:
    """Up to the horizon of the rotations, soonest first, with the logins of those who could."""
    now = clock.now()
    return [
        shapes.HoleOut(
            duty=row.hole.duty.code,
            level=row.hole.level,
            starts_at=row.hole.span.starts,
            ends_at=row.hole.span.ends,
            could=[person.login for person in row.could],
        )
        for row in duty.explain(duty.holes(now, duty.horizon(now), duty_code))
    ]


@router.get("/absences", summary="Who is away", **operation(Scope.READ, shapes.Page[shapes.AbsenceOut]))
def absences(
    request: Call,
    since: Annotated[Moment | None, Query(None, description="default: now")],
    limit: Limit,
    offset: Offset,
) -> shapes.Page[shapes.AbsenceOut]:
    """From a moment on, by start: everybody's to a lead or an administrator, one's own to others."""
    sees_all = allowed(request.auth, DutyPermission.EDIT, PERMISSIONS)
    rows = duty.absences(since or clock.now())
    if not sees_all:
        rows = rows.filter(person=people.person_behind(request.auth))
    return page(
        request,
        rows,
        limit,
        offset,
        lambda found: [
            shapes.AbsenceOut(person=person_ref(row.person), starts_at=row.starts_at, ends_at=row.ends_at)
            for row in found
        ],
    )


@router.get("/swaps", summary="Swaps that wait for somebody", **operation(Scope.READ, list[shapes.SwapOut]))
def swaps(request: Call) -> list[shapes.SwapOut]:  # noqa: ARG001 # ninja hands every operation the request
    """Offers of shifts, by the start of the shift."""
    return [
        shapes.SwapOut(
            id=row.pk,
            duty=row.duty.code,
            level=row.level,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            offered_by=person_ref(row.offered_by),
            offered_to=person_ref(row.offered_to) if row.offered_to else None,
            accepted_by=person_ref(row.accepted_by) if row.accepted_by else None,
            state=row.state,
        )
        for row in duty.live_swaps()
    ]


@router.get(
    "/people", summary="Everyone who works here", **operation(Scope.READ, shapes.Page[shapes.PersonOut])
)
def everyone(request: Call, limit: Limit, offset: Offset) -> shapes.Page[shapes.PersonOut]:
    """By name. Mail and phone need the scope `contacts`."""
    contacts = sees_contacts(request.auth)
    rows = people.staff().prefetch_related("memberships__group")
    return page(
        request, rows, limit, offset, lambda found: [person_out(row, contacts=contacts) for row in found]
    )


@router.get("/people/{login}", summary="One person", **operation(Scope.READ, shapes.PersonOut))
def one_person(request: Call, login: Annotated[str, Path(max_length=asks.CODE_LIMIT)]) -> shapes.PersonOut:
    """By login."""
    return person_out(people.person_by_login(login), contacts=sees_contacts(request.auth))
