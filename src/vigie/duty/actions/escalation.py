"""The escalation engine: something owed climbs until it is done."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from vigie.duty import queries
from vigie.duty.events import DutyAudit
from vigie.duty.models import Escalation, EscalationStep
from vigie.duty.rules import Rung, rung_due
from vigie.duty.texts import page_mail
from vigie.kernel import audit, clock
from vigie.kernel.access import System
from vigie.kernel.lifecycle import change_one
from vigie.people.models import Person
from vigie.post.actions import Parcel, enqueue


@transaction.atomic
def escalate(*, key: str, what_fr: str, what_en: str, path: str, rungs: Sequence[Rung]) -> Escalation:
    """Open an escalation for something owed, or return the one that is open for it already."""
    found = queries.open_escalations().filter(key=key).first()
    if found:
        return found
    stored = [{"kind": rung.kind, "ref": rung.ref, "after": rung.after.total_seconds()} for rung in rungs]
    escalation = Escalation.objects.create(
        key=key, what_fr=what_fr[:300], what_en=what_en[:300], path=path, rungs=stored, opened_at=clock.now()
    )
    audit.record(DutyAudit.ESCALATION_OPENED, actor=System(), subject=escalation, changes={"key": key})
    return escalation


@transaction.atomic
def climb(escalation: Escalation) -> bool:
    """Tell the next rung if its time has come; False if nothing was due."""
    rungs = [Rung(row["kind"], row["ref"], timedelta(seconds=row["after"])) for row in escalation.rungs]
    index = rung_due(rungs, opened_at=escalation.opened_at, told=escalation.told, now=clock.now())
    if index is None:
        return False
    change_one(escalation, expect={"told": index, "closed_at": None}, told=index + 1)
    persons = queries.answers_to(rungs[index], clock.now())
    already = set(escalation.steps.exclude(person=None).values_list("person_id", flat=True))
    for person in persons:
        if person.pk not in already:
            _tell(escalation, index, person)
    if not persons:
        EscalationStep.objects.create(
            escalation=escalation, rung=index, at=clock.now(), note="nobody holds this"
        )
    audit.record(
        DutyAudit.ESCALATION_CLIMBED,
        actor=System(),
        subject=escalation,
        changes={"rung": index, "told": [person.name for person in persons]},
    )
    return True


def _tell(escalation: Escalation, index: int, person: Person) -> None:
    note = "" if person.email else "no mail address: shown on the desk only"
    EscalationStep.objects.create(escalation=escalation, rung=index, person=person, at=clock.now(), note=note)
    if person.email:
        key = f"escalation:{escalation.pk}:{index}:{person.pk}"
        parcel = Parcel(
            key=key,
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic=f"escalation:{escalation.pk}",
            payload=dict(page_mail(escalation, person)),
        )
        enqueue([parcel])


@transaction.atomic
def stand_down(escalation: Escalation, *, why: str) -> None:
    """What was owed is done, or no longer owed."""
    change_one(escalation, expect={"closed_at": None}, closed_at=clock.now(), closed_why=why[:200])
    audit.record(DutyAudit.ESCALATION_CLOSED, actor=System(), subject=escalation, reason=why)
