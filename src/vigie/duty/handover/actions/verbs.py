"""What people do: write, tick, give, accept, decline. What is in a hand-over is handed down as frozen values."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.handover import queries
from vigie.duty.handover.events import HandOverAudit, HandOverDeclined, HandOverGiven
from vigie.duty.handover.lifecycle import HANDOVER
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import (
    Section,
    State,
    accept_fault,
    as_json,
    may_give,
)
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.lib.fittext import fit
from vigie.lib.forgetting import forgetter
from vigie.people.models import Person
from vigie.people.queries import person_behind

LONGEST = 10_000


def _acting(actor: Actor) -> Person:
    person = person_behind(actor)
    if person is None or not person.roles:
        raise Forbidden("forbidden", _("Only people hand a shift over."))
    return person


def _giver(actor: Actor, row: HandOver) -> Person:
    person = _acting(actor)
    if not may_give(queries.party(row, person), row.outgoing_id):
        raise Forbidden(
            "handover.not_yours",
            _("%(name)s gives this hand-over, or a colleague on duty, or a lead.")
            % {"name": row.outgoing.name},
        )
    return person


def _change(row: HandOver, **changes: object) -> None:
    """One change of a row that is not settled; `Conflict` where somebody else was faster."""
    if row.state not in {State.OPEN, State.DECLINED}:
        raise Refused("handover.frozen", _("This hand-over was given: nothing of it changes any more."))
    change_one(
        row, expect={"revision": row.revision, "state": row.state}, revision=row.revision + 1, **changes
    )


@transaction.atomic
def write(actor: Actor, row: HandOver, notes: str) -> None:
    """The outgoing's own words, before it is given."""
    _giver(actor, row)
    if len(notes) > LONGEST:
        raise BadInput("handover.notes", _("10,000 characters at most."), field="notes")
    notes = fit(notes)
    if notes == row.notes:
        return
    _change(row, notes=notes)
    audit.record(HandOverAudit.WRITTEN, actor=actor, subject=row)


@transaction.atomic
def tick(actor: Actor, row: HandOver, ticked: Sequence[int]) -> None:
    """The checklist as it stands: these lines are done. Who ticked a line first stays beside it."""
    person = _giver(actor, row)
    now = clock.now().isoformat()
    items = []
    for number, item in enumerate(row.checklist):
        done = number in ticked
        fresh = {"by": person.name, "at": now} if done else {"by": "", "at": ""}
        items.append({**item, **fresh} if done != bool(item["by"]) else item)
    if items == row.checklist:
        return
    _change(row, checklist=items)
    audit.record(
        HandOverAudit.TICKED, actor=actor, subject=row, changes={"done": sum(bool(i["by"]) for i in items)}
    )


@transaction.atomic
def give(
    actor: Actor,
    row: HandOver,
    *,
    sections: Sequence[Section],
    notes: str | None = None,
    ticked: Sequence[int] | None = None,
) -> None:
    """Pass it on: what was gathered is frozen as it stands, and the next is told."""
    person = _giver(actor, row)
    if notes is not None and row.state in {State.OPEN, State.DECLINED}:
        write(actor, row, notes)
    if ticked is not None and row.state in {State.OPEN, State.DECLINED}:
        tick(actor, row, ticked)
    HANDOVER.move(
        row,
        State.GIVEN,
        revision=row.revision + 1,
        sections=as_json(sections),
        given_at=clock.now(),
        given_by=person,
    )
    audit.record(HandOverAudit.GIVEN, actor=actor, subject=row)
    emit(HandOverGiven(handover_id=row.pk, revision=row.revision))


@transaction.atomic
def accept(actor: Actor, row: HandOver, *, sections: Sequence[Section]) -> None:
    """The next has it; from now on it is history. `sections` count only for what was never given.

    `Conflict` says who was faster, where two accept at once.
    """
    person = _acting(actor)
    _refuse_accepted(row)
    given = row.state == State.GIVEN
    fault = accept_fault(
        queries.party(row, person),
        outgoing_id=row.outgoing_id,
        given_by_id=row.given_by_id if given else None,
        given=given,
        over=row.ends_at <= clock.now(),
    )
    if fault:
        raise _accept_faults(fault, row)
    try:
        HANDOVER.move(
            row,
            State.ACCEPTED,
            revision=row.revision + 1,
            accepted_at=clock.now(),
            accepted_by=person,
            sections=row.sections if given else as_json(sections),
        )
    except Conflict:
        _refuse_accepted(queries.handover(row.pk))
        raise
    audit.record(HandOverAudit.ACCEPTED, actor=actor, subject=row)


def _refuse_accepted(row: HandOver) -> None:
    if row.state == State.ACCEPTED and row.accepted_by:
        raise Conflict(
            "handover.accepted", _("%(name)s has accepted this already.") % {"name": row.accepted_by.name}
        )


def _accept_faults(fault: str, row: HandOver) -> Refused | Forbidden:
    if fault == "not_next":
        return Forbidden("handover.not_next", _("Whoever comes next on this duty accepts it, or a lead."))
    if fault == "own":
        return Refused("handover.own", _("Nobody accepts their own hand-over."))
    return Refused(
        "handover.not_given",
        _("%(name)s has not given it yet.") % {"name": row.outgoing.name},
        hint=_("Once the shift is over it can be taken as it is."),
    )


@transaction.atomic
def decline(actor: Actor, row: HandOver, reason: str) -> None:
    """Not like this: it goes back with a reason or a question, and the outgoing is told."""
    person = _acting(actor)
    _refuse_accepted(row)
    fault = accept_fault(
        queries.party(row, person),
        outgoing_id=row.outgoing_id,
        given_by_id=row.given_by_id,
        given=row.state == State.GIVEN,
        over=False,
    )
    if fault:
        raise _accept_faults(fault, row)
    if not (words := fit(reason)):
        raise BadInput("handover.reason", _("Say what is missing, or ask."), field="reason")
    if len(reason) > LONGEST:
        raise BadInput("handover.reason", _("10,000 characters at most."), field="reason")
    HANDOVER.move(
        row,
        State.DECLINED,
        revision=row.revision + 1,
        declined_at=clock.now(),
        declined_by=person,
        reason=words,
    )
    audit.record(HandOverAudit.DECLINED, actor=actor, subject=row, reason=words)
    emit(HandOverDeclined(handover_id=row.pk, revision=row.revision))


@transaction.atomic
def forget_person(name: str, label: str) -> None:
    """What was handed over stays, without the name of somebody who is erased in what Vigie gathered and ticked."""
    without = forgetter([name], label)
    for row in HandOver.objects.exclude(sections=[], checklist=[]):
        sections, checklist = without(row.sections), without(row.checklist)
        if (sections, checklist) != (row.sections, row.checklist):
            HandOver.objects.filter(pk=row.pk).update(sections=sections, checklist=checklist)
