"""The engine: opened and closed by what is owed, climbed by the clock. All derived from rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction

from vigie.duty.escalation import queries
from vigie.duty.escalation.events import EscalationAudit
from vigie.duty.escalation.models import Escalation, EscalationStep
from vigie.duty.escalation.rules import Act, Plan, Rung, StepKind, Urgency
from vigie.duty.escalation.texts import call_mail, call_text
from vigie.kernel import audit, clock, journal
from vigie.kernel.access import Actor, System
from vigie.kernel.errors import Conflict
from vigie.kernel.lifecycle import change_one
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.post.actions import Parcel, enqueue

log = journal.of(__name__)

MANUAL = "call:"  # begins the key of what a person called for: nothing but a person can say that it is done


@dataclass(frozen=True)
class Owed:
    """Something owed for which somebody is to be called. No `rungs`: primary, backup and lead of the duty."""

    what_fr: str
    what_en: str
    path: str
    duty: str
    urgency: Urgency = Urgency.HIGH
    rungs: Sequence[Rung] = ()


Item = TypeVar("Item")


def _each(items: Iterable[Item], act: Callable[[Item], int]) -> int:
    """Do it for each in a transaction of its own, returns the sum. What fails for one delays no other; the first
    failure is raised at the end, so that the worker shows it. Where somebody acted in between, the next look sees it.
    """
    done, failed = 0, None
    for item in items:
        try:
            with transaction.atomic():
                done += act(item)
        except Conflict:
            continue
        except Exception as error:  # raised below
            log.exception("escalation.failed", item=str(item))
            failed = failed or error
    if failed is not None:
        raise failed
    return done


def reconcile(prefix: str, owed: Mapping[str, Owed]) -> int:
    """Call for everything owed whose key begins with `prefix`, and stand down what is owed no longer.

    The whole truth is handed in each time: a crash in between, or a second worker, changes nothing. Returns how many
    escalations were opened, climbed or closed.
    """
    standing = {row.key: row for row in queries.open_escalations().filter(key__startswith=prefix)}
    over = [row for key, row in standing.items() if key not in owed]
    closed = _each(over, lambda row: stand_down(row, why="done, or no longer owed"))
    return closed + _each(owed.items(), lambda item: climb(standing.get(item[0]) or escalate(*item)))


def climb_called_by_hand() -> int:
    """What people called for climbs until a person says that it is done."""
    return _each(queries.open_escalations().filter(key__startswith=MANUAL), climb)


@transaction.atomic
def escalate(key: str, owed: Owed) -> Escalation:
    """Open an escalation for something owed, or return the one that is open for it already."""
    found = queries.open_escalations().filter(key=key).first()
    if found:
        return found
    policy = queries.policy_of(owed.duty)
    escalation = Escalation.objects.create(
        key=key,
        duty=policy.duty if policy.duty.pk else None,
        urgency=owed.urgency,
        what_fr=owed.what_fr[:300],
        what_en=owed.what_en[:300],
        path=owed.path,
        plan=queries.plan(policy, owed.rungs).as_json(),
        opened_at=clock.now(),
    )
    audit.record(EscalationAudit.OPENED, actor=System(), subject=escalation, changes={"key": key})
    return escalation


@transaction.atomic
def climb(escalation: Escalation) -> int:
    """Call the next rung if its time has come; 0 if nothing was due."""
    act = queries.coming(escalation).act
    if act == Act.HOLD:
        return _note_once(escalation, StepKind.HELD)
    if act == Act.STOP:
        return _give_up(escalation)
    return _call(escalation) if act == Act.CALL else 0


def _call(escalation: Escalation) -> int:
    """The next rung that somebody holds, within this round: an empty one delays nobody."""
    now, plan, number = clock.now(), escalation.the_plan, escalation.called
    lapsed = escalation.acknowledged_at is not None
    first, last = number, plan.round_of(number) * len(plan.rungs)
    told: list[tuple[int, Person]] = []
    empty: list[int] = []
    while number < last and not told:
        reached = _called_in_round(escalation, plan, number)
        persons = queries.answers_to(plan.rung(number), now)
        told = [(number, person) for person in persons if person.pk not in reached]
        if not persons:
            empty.append(number)
        number += 1
    change_one(
        escalation,
        expect={"called": first, "closed_at": None, "acknowledged_at": escalation.acknowledged_at},
        called=number,
        moved_at=now,
        acknowledged_at=None,
        acknowledged_by=None,
    )
    if lapsed:
        write_step(escalation, StepKind.LAPSED, first)
    for place in empty:
        write_step(escalation, StepKind.NOBODY, place, note=plan.rung(place).ref)
    for place, person in told:
        _tell(escalation, place, person)
    audit.record(
        EscalationAudit.CLIMBED,
        actor=System(),
        subject=escalation,
        changes={"rung": number - 1, "told": [person.name for _place, person in told]},
    )
    return 1


def _called_in_round(escalation: Escalation, plan: Plan, number: int) -> set[int | None]:
    begin = (plan.round_of(number) - 1) * len(plan.rungs)
    calls = escalation.steps.filter(kind=StepKind.CALLED, number__gte=begin)
    return set(calls.values_list("person_id", flat=True))


def write_step(
    escalation: Escalation, kind: StepKind, number: int, *, person: Person | None = None, note: str = ""
) -> EscalationStep:
    return EscalationStep.objects.create(
        escalation=escalation, kind=kind, number=number, person=person, at=clock.now(), note=note[:200]
    )


def _note_once(escalation: Escalation, kind: StepKind) -> int:
    if escalation.steps.filter(kind=kind, number=escalation.called).exists():
        return 0
    change_one(escalation, expect={"called": escalation.called, "closed_at": None}, called=escalation.called)
    write_step(escalation, kind, escalation.called)
    return 1


def _give_up(escalation: Escalation) -> int:
    """Everybody was called as often as the policy says: said once, after the last one had their time."""
    plan, moved = escalation.the_plan, escalation.moved_at or escalation.opened_at
    since = escalation.acknowledged_at or moved
    wait = plan.grace if escalation.acknowledged_at else plan.again
    return _note_once(escalation, StepKind.EXHAUSTED) if since + wait <= clock.now() else 0


def _tell(escalation: Escalation, number: int, person: Person) -> None:
    """A row for the step and one for each way to the person, in one transaction: a crash leaves both or none."""
    pager = queries.pager_target(person)
    note = "" if person.email or pager else "no_address"
    step = write_step(escalation, StepKind.CALLED, number, person=person, note=note)
    ways: list[tuple[str, str, dict[str, str]]] = []
    if person.email:
        then = queries.coming(escalation).at
        ways.append(("mail", person.email, call_mail(escalation, step, person, then)))
    if pager:
        ways.append((pager.channel, pager.name, call_text(escalation, step, person)))
    enqueue(
        Parcel(
            key=f"escalation:{escalation.pk}:{number}:{person.pk}:{channel}",
            recipient=address,
            recipient_name=person.name,
            language=person.language,
            topic=escalation.topic,
            payload=dict(payload),
            channel=channel,
        )
        for channel, address, payload in ways
    )


@transaction.atomic
def stand_down(escalation: Escalation, *, why: str, actor: Actor | None = None) -> int:
    """What was owed is done, or no longer owed."""
    change_one(escalation, expect={"closed_at": None}, closed_at=clock.now(), closed_why=why[:200])
    write_step(
        escalation,
        StepKind.CLOSED,
        escalation.called,
        person=person_behind(actor) if actor else None,
        note=why,
    )
    audit.record(EscalationAudit.CLOSED, actor=actor or System(), subject=escalation, reason=why)
    return 1
