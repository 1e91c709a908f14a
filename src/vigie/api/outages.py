"""Outages: read them, open them, write their log."""

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router
from ninja.responses import Status

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.moments import Moment
from vigie.api.paging import Limit, Offset, page
from vigie.api.people import Call
from vigie.api.showing import fact_out, outage_full, outages_out
from vigie.kernel.access import Actor
from vigie.kernel.errors import Missing, Refused
from vigie.notices import queries as notices
from vigie.outages import actions, queries
from vigie.outages.models import Fact, Outage
from vigie.people.queries import person_behind
from vigie.people.rules import Scope

router = Router(tags=["Outages"])

Number = Annotated[int, Path(ge=1, lt=2**53, description="number of the outage")]
Key = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=asks.KEY_LIMIT,
        pattern=r"^[\x21-\x7e]+$",
        description="any text of your own: the same key again returns what the first call made",
    ),
]
StateFilter = Literal["open", "draft", "announced", "ongoing", "ended", "reviewed", "cancelled"]


def own_key(actor: Actor, key: str | None) -> str | None:
    """The caller's key, apart from everybody else's and from the desk's own."""
    person = person_behind(actor)
    return f"api:{person.pk if person else 0}:{key}" if key else None


@router.get(
    "/outages", summary="Outages, newest first", **operation(Scope.READ, shapes.Page[shapes.OutageOut])
)
def all_outages(
    request: Call,
    *,
    state: Annotated[StateFilter | None, Query(None, description="a state, or open: anything not over")],
    service: Annotated[str | None, Query(None, max_length=asks.CODE_LIMIT, description="code of a service")],
    since: Annotated[Moment | None, Query(None, description="not over before this moment")],
    until: Annotated[Moment | None, Query(None, description="begun before this moment")],
    text: Annotated[
        str | None, Query(None, max_length=200, description="words of log, report, services, people")
    ],
    limit: Limit,
    offset: Offset,
) -> shapes.Page[shapes.OutageOut]:
    """Those that fit every filter given."""
    rows = queries.matching(state=state or "", service=service or "", text=text or "")
    rows = queries.in_span(rows, since, until)
    return page(request, rows, limit, offset, outages_out)


@router.get(
    "/outages/{number}", summary="One outage with everything", **operation(Scope.READ, shapes.OutageFull)
)
def one_outage(request: Call, number: Number) -> shapes.OutageFull:  # noqa: ARG001 # ninja hands every operation the request
    """Its services, log, notices, deliveries, alarms, what is due, and the report so far."""
    return outage_full(queries.outage(number))


@router.get("/outages/{number}/log", summary="The inside log", **operation(Scope.READ, list[shapes.FactOut]))
def log(request: Call, number: Number) -> list[shapes.FactOut]:  # noqa: ARG001 # ninja hands every operation the request
    """Oldest first."""
    return [fact_out(fact) for fact in queries.log(queries.outage(number))]


@router.post(
    "/outages",
    summary="Declare a sudden outage",
    **operation(Scope.DECLARE, shapes.DeclaredOut, status=201, also=200),
)
def declare(request: Call, body: asks.DeclareIn, key: Key) -> Status[shapes.DeclaredOut]:
    """Opens it with contact and follower from the duties, and drafts its first notice.

    201 when it was opened, 200 when this key opened it before. Refused (409) where one of the services is in an
    outage that goes on: its number is in the words; `anyway` opens another one.
    """
    words = {"fr": body.what_fr, "en": body.what_en} if body.what_fr or body.what_en else None
    declared = actions.declare_sudden(
        request.auth,
        services={code: effect.value for code, effect in body.services.items()},
        starts_at=body.starts_at,
        expected_end=body.expected_end,
        next_update_by=body.next_update_by,
        words=words,
        origin="api",
        key=own_key(request.auth, key),
        anyway=body.anyway,
    )
    draft = declared.first_notice or notices.open_version(declared.outage.thread)
    found = shapes.DeclaredOut(
        outage=outage_full(declared.outage), first_notice=draft.pk if draft else None, again=declared.again
    )
    return Status(200 if declared.again else 201, found)


def _written(fact: Fact, row: Outage) -> Status[shapes.FactOut]:
    if fact.outage_id != row.pk:
        raise Refused(
            "key.used",
            _("This Idempotency-Key was used for another line, of outage %(pk)s.") % {"pk": fact.outage_id},
            hint=_("Make a new key for each thing you write."),
            field="Idempotency-Key",
        )
    return Status(201, fact_out(fact))


@router.post(
    "/outages/{number}/log", summary="Log a fact", **operation(Scope.LOG, shapes.FactOut, status=201)
)
def write_fact(request: Call, number: Number, body: asks.TextIn, key: Key) -> Status[shapes.FactOut]:
    """One line of the inside log; never changed, never deleted."""
    row = queries.outage(number)
    return _written(actions.log_fact(request.auth, row, body.text, key=own_key(request.auth, key)), row)


@router.post(
    "/outages/{number}/questions",
    summary="Ask the contact",
    **operation(Scope.LOG, shapes.FactOut, status=201),
)
def ask(request: Call, number: Number, body: asks.TextIn, key: Key) -> Status[shapes.FactOut]:
    """The question stays open until it is answered; the contact gets it by mail."""
    row = queries.outage(number)
    return _written(actions.ask(request.auth, row, body.text, key=own_key(request.auth, key)), row)


@router.post(
    "/outages/{number}/questions/{question}/answers",
    summary="Answer a question",
    **operation(Scope.LOG, shapes.FactOut, status=201),
)
def answer(
    request: Call,
    number: Number,
    question: Annotated[int, Path(ge=1, lt=2**53, description="id of the line that asks")],
    body: asks.TextIn,
    key: Key,
) -> Status[shapes.FactOut]:
    """The first answer closes the question; more may follow."""
    row = queries.outage(number)
    asked = next((fact for fact in queries.log(row) if fact.pk == question), None)
    if asked is None:
        raise Missing("question.missing", _("Outage %(pk)s has no such line.") % {"pk": row.pk})
    return _written(actions.answer(request.auth, asked, body.text, key=own_key(request.auth, key)), row)
