"""What the worker does for hand-overs: prepared from the rota, called for when late. All derived from rows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from vigie.duty.escalation.actions import Owed, reconcile
from vigie.duty.escalation.queries import leads_group, policy
from vigie.duty.escalation.rules import Rung
from vigie.duty.handover import queries
from vigie.duty.handover.events import HandOverAudit
from vigie.duty.handover.lifecycle import HANDOVER
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import (
    LOOKS_BACK,
    OPENS_BEFORE,
    Late,
    State,
)
from vigie.duty.handover.texts import late_words
from vigie.duty.models import Duty
from vigie.duty.queries import OnDuty, on_duty
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, System
from vigie.kernel.errors import Refused
from vigie.kernel.lifecycle import once
from vigie.people.queries import person_behind


@transaction.atomic
def prepare_due() -> int:
    """A hand-over for every shift that ends within the hour, or ended lately without one; and those of shifts that
    end otherwise by now are void. Derived from the rota and the clock: looking twice changes nothing.
    """
    now, made = clock.now(), 0
    for duty in queries.handing_duties():
        for shift in _ending(duty, now):
            if queries.successor(duty, shift.until).person == shift.person:
                continue  # the same person goes on
            made += _prepare(shift)
    return made + sum(_void(row) for row in queries.unsettled() if row.ends_at > now and not _still(row))


@transaction.atomic
def begin(actor: Actor, duty: Duty) -> HandOver:
    """The hand-over of the shift that goes on, before its last hour: whoever holds it may write early."""
    shift = _first(clock.now(), duty.code)
    if shift is None or person_behind(actor) != shift.person:
        raise Refused("handover.not_on_duty", _("Only who is on duty begins the hand-over of a shift."))
    _prepare(shift)
    return HandOver.objects.get(duty=duty, ends_at=shift.until)


def _first(t: datetime, code: str) -> OnDuty | None:
    return next((row for row in on_duty(t, code) if row.level == 1), None)


def _ending(duty: Duty, now: datetime) -> list[OnDuty]:
    """The shift that ends soon, and the one before the present one (or before the present gap)."""
    found = []
    here = _first(now, duty.code)
    if here and here.until - now <= OPENS_BEFORE:
        found.append(here)
    before = _first((here.since if here else now) - timedelta(seconds=1), duty.code)
    if before and now - LOOKS_BACK < before.until <= now:
        found.append(before)
    return found


def _prepare(shift: OnDuty) -> int:
    lists = [shift.duty.checklist(language) for language in ("fr", "en")]
    items = [{"fr": fr, "en": en, "by": "", "at": ""} for fr, en in zip(*lists, strict=False)]
    row, new = once(
        lambda: HandOver.objects.filter(duty=shift.duty, ends_at=shift.until).first(),
        lambda: HandOver.objects.create(
            duty=shift.duty,
            outgoing=shift.person,
            begins_at=shift.since,
            ends_at=shift.until,
            checklist=items,
        ),
    )
    if new:
        audit.record(HandOverAudit.PREPARED, actor=System(), subject=row, changes={"outgoing": row.outgoing})
    return int(new)


def _still(row: HandOver) -> bool:
    """Whether this shift still ends then, held by the same person."""
    last = _first(row.ends_at - timedelta(seconds=1), row.duty.code)
    return last is not None and (last.person.pk, last.until) == (row.outgoing_id, row.ends_at)


def _void(row: HandOver) -> int:
    HANDOVER.move(row, State.VOID, revision=row.revision + 1)
    audit.record(HandOverAudit.VOID, actor=System(), subject=row, reason="the rota changed")
    return 1


def tend() -> int:
    """Prepare what is due, and have the engine call for what was not given or not accepted in time."""
    made = prepare_due()
    owed = {f"handover:{row.pk}:{late.what}": _owed(row, late) for row, late in queries.overdue()}
    return made + reconcile("handover:", owed)


def _owed(row: HandOver, late: Late) -> Owed:
    """A reminder to whoever it waits for, and to the other side; then the leads."""
    following = queries.next_of(row).person
    people = [row.outgoing, following] if late.what == "give" else [following]
    wait = timedelta(minutes=policy(row.duty).lead_after)
    words = {}
    for language in ("fr", "en"):
        with translation.override(language):
            words[language] = late_words(row, late, language)
    rungs = [Rung("person", str(person.pk), timedelta(0)) for person in people if person]
    rungs.append(Rung("leads", leads_group(row.duty.code), wait if rungs else timedelta(0)))
    return Owed(words["fr"], words["en"], row.path, row.duty.code, rungs=rungs)
