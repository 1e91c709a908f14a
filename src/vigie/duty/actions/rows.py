"""The only hands that touch a shift: each change is noted for the person whose future it is, and ends the swaps
that were about the shift as it stood. The verbs beside this file hold the duty, check, audit and tell.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from vigie.duty.events import DutyAudit
from vigie.duty.models import Duty, Origin, Shift, ShiftChange, Swap, SwapState
from vigie.duty.queries import live_swaps
from vigie.duty.rules import Span
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor
from vigie.kernel.lifecycle import change_one
from vigie.people.models import Person
from vigie.people.queries import person_behind

Wanted = tuple[Person, int, Span]


def put(actor: Actor, duty: Duty, person: Person, level: int, span: Span, *, origin: Origin) -> Shift:
    """A new shift."""
    [shift] = put_many(actor, duty, [(person, level, span)], origin=origin)
    return shift


def put_many(
    actor: Actor, duty: Duty, wanted: Iterable[Wanted], *, origin: Origin, tell_before: datetime | None = None
) -> list[Shift]:
    """New shifts, all at once; nobody is told of those that begin after `tell_before`."""
    rows = [
        Shift(duty=duty, person=person, level=level, starts_at=span.starts, ends_at=span.ends, origin=origin)
        for person, level, span in wanted
    ]
    Shift.objects.bulk_create(rows)
    changes = [
        _change(actor, row, row.person, gained=True, span=row.span)
        for row in rows
        if tell_before is None or row.starts_at < tell_before
    ]
    ShiftChange.objects.bulk_create([change for change in changes if change is not None])
    return rows


def take(actor: Actor, shift: Shift) -> None:
    """Remove a shift that has not begun; who removed it first wins."""
    _end_swaps(actor, shift)
    _note(actor, shift, shift.person, gained=False)
    shift_id = shift.pk
    shift.delete()
    shift.pk = shift_id  # its number stays readable in what is said of it


def hand_on(actor: Actor, shift: Shift, person: Person, *, origin: str | None = None) -> None:
    """The shift is another person's from now on; `Conflict` if it is no longer as we saw it."""
    before = shift.person
    _end_swaps(actor, shift)
    change_one(
        shift,
        expect={"person": before, "sequence": shift.sequence, "starts_at": shift.starts_at},
        person=person,
        origin=origin or shift.origin,
        sequence=shift.sequence + 1,
    )
    _note(actor, shift, before, gained=False)
    _note(actor, shift, person, gained=True)


def trim(actor: Actor, shift: Shift, span: Span) -> None:
    """The shift lasts over `span` only; the part that falls away was in the future."""
    old = shift.span
    begun = old.starts <= clock.now()
    _end_swaps(actor, shift)
    change_one(
        shift,
        expect={"person": shift.person, "sequence": shift.sequence},
        starts_at=span.starts,
        ends_at=span.ends,
        sequence=shift.sequence + 1,
    )
    if not begun:
        _note(actor, shift, shift.person, gained=False, span=old)
        _note(actor, shift, shift.person, gained=True)
    else:
        _note(actor, shift, shift.person, gained=False, span=Span(span.ends, old.ends))


def make_room(actor: Actor, rows: Iterable[Shift], span: Span) -> list[Shift]:
    """Cut `span` out of these shifts: what lies within it goes, what reaches beyond it stays there.

    What has begun keeps what was: only its end moves. Returns the shifts that changed.
    """
    changed = []
    for shift in rows:
        left = shift.span.less([span])
        if left == [shift.span]:
            continue
        changed.append(shift)
        if not left:
            take(actor, shift)
            continue
        for rest in left[1:]:
            put(actor, shift.duty, shift.person, shift.level, rest, origin=Origin(shift.origin))
        trim(actor, shift, left[0])
    return changed


def _note(actor: Actor, shift: Shift, person: Person, *, gained: bool, span: Span | None = None) -> None:
    if change := _change(actor, shift, person, gained=gained, span=span or shift.span):
        change.save()


def _change(actor: Actor, shift: Shift, person: Person, *, gained: bool, span: Span) -> ShiftChange | None:
    """The change for the person's mail; None if it is their own doing or has no future."""
    now = clock.now()
    if span.ends <= now or not person.is_active or person == person_behind(actor):
        return None
    return ShiftChange(
        person=person,
        duty=shift.duty,
        level=shift.level,
        starts_at=span.starts,
        ends_at=span.ends,
        gained=gained,
        at=now,
        by=actor.actor_label,
    )


def _end_swaps(actor: Actor, shift: Shift) -> None:
    for swap in live_swaps().filter(Q(shift=shift) | Q(in_return=shift)):
        settle(actor, swap, SwapState.WITHDRAWN, answer="the shift changed")


def settle(actor: Actor, swap: Swap, state: SwapState, *, answer: str = "", **changes: object) -> None:
    """Move a swap that waits to an end state, where it still stands as we saw it."""
    before = swap.state
    change_one(
        swap, expect={"state": before}, state=state, settled_at=clock.now(), answer=answer[:300], **changes
    )
    audit.record(
        DutyAudit.SWAP_SETTLED,
        actor=actor,
        subject=swap,
        reason=answer,
        changes={"from": before, "to": state, **changes},
    )
