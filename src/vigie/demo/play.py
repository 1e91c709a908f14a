"""Plays a story with the desk's own verbs under a moved clock, so that what it leaves is what the desk makes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from vigie.contracts.alarm import IncomingAlarm
from vigie.demo.story import (
    Add,
    Ask,
    Change,
    Correct,
    End,
    FalseAlarm,
    HandOver,
    Log,
    Reopen,
    Restore,
    Review,
    Step,
    Story,
    Tell,
    Words,
)
from vigie.duty.queries import on_duty
from vigie.duty.rules import DutyCode
from vigie.kernel.access import System
from vigie.kernel.clock import clock
from vigie.notices.models import Version
from vigie.notices.queries import published
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.outages.rules import RoleName, State, next_promise
from vigie.people.models import Person
from vigie.post.models import OUTBOX, Delivery

MONITORING = System("alertmanager")
SEVERITIES = {"down": "critical", "degraded": "error", "at_risk": "warning"}
LEASE = timedelta(minutes=5)


class Play:
    """One story on its way. `settle`: its mails count as sent (the past); otherwise they wait for the worker."""

    def __init__(self, story: Story, start: datetime, *, settle: bool, key: str) -> None:
        self.story, self.start, self.settle, self.key = story, start, settle, key
        self.outage: Outage | None = None

    def run(self) -> Outage:
        """Declare, then every step at its minute."""
        with clock.travel(self.start + timedelta(minutes=self.story.declared)):
            self.outage = self._declare()
        for step in self.story.steps:
            self.step(step, self.start)
        return self.outage

    def go_on(self, outage: Outage, steps: Sequence[Step], origin: datetime) -> None:
        """Play further steps on an outage that exists, minutes counted from `origin`."""
        self.outage = outage
        for step in steps:
            self.step(step, origin)

    def step(self, step: Step, origin: datetime) -> None:
        assert self.outage is not None
        with clock.travel(origin + timedelta(minutes=step.minute)):
            _do(step, queries.outage(self.outage.pk), self)
            if self.settle and isinstance(step, Tell | Correct):
                settle_mails(bounce=isinstance(step, Tell) and step.bounces)

    def _declare(self) -> Outage:
        person = first_on_duty(DutyCode.PRODUCTION)
        if not self.story.alarm:
            declared = actions.declare_sudden(
                person, services=self.story.services, starts_at=self.start, key=self.key, anyway=True
            )
            outage = declared.outage
        else:
            outage = self._alarm(firing=True) or self._by_hand(person)
            for code, effect in self.story.services.items():
                if not outage.affected.filter(service__code=code).exists():
                    actions.add_service(person, outage, code, effect, starts_at=self.start)
        if self.story.back_in:
            for code in self.story.services:
                back = clock.now() + timedelta(minutes=self.story.back_in)
                actions.change_service(person, outage, code, expected_end=back)
        return queries.outage(outage.pk)

    def _by_hand(self, person: Person) -> Outage:
        """The alarm joined another outage that goes on: this one is declared by a person."""
        return actions.declare_sudden(
            person, services=self.story.services, starts_at=self.start, key=self.key, anyway=True
        ).outage

    def _alarm(self, *, firing: bool) -> Outage | None:
        code, effect = next(iter(self.story.services.items()))
        incoming = IncomingAlarm(
            source="alertmanager",
            fingerprint=self.key,
            firing=firing,
            summary=self.story.alarm,
            starts_at=self.start,
            resolved_at=None if firing else clock.now(),
            severity=SEVERITIES[effect],
            labels={"alertname": self.story.alarm.split(":")[0], "vigie_service": code},
        )
        return actions.receive_alarm(MONITORING, incoming).outage

    def alarm_over(self) -> None:
        if self.story.alarm:
            self._alarm(firing=False)


def first_on_duty(code: str, *, but: Person | None = None) -> Person:
    """Whoever holds the duty now, primary first; `but` not this one."""
    return next(row.person for row in on_duty(clock.now(), code) if row.person != but)


def _do(step: Step, outage: Outage, play: Play) -> None:  # noqa: C901, PLR0912 # one line per kind of step
    contact, follower = outage.contact, outage.follower
    assert follower is not None  # a sudden outage always has one
    match step:
        case Log():
            actions.log_fact(contact, outage, step.text)
        case Ask():
            question = actions.ask(follower, outage, step.text)
            if step.reply:
                clock.tick(minutes=step.reply_after)
                actions.answer(contact, question, step.reply)
        case Tell():
            first = not published(outage.thread)
            tell(follower, outage, step.words or (play.story.words if first else {}), step.next_in)
        case Correct():
            version = published(outage.thread)[-1]
            leave(follower, outage, actions.correct(follower, outage, version, why=step.why), step.words)
        case Change():
            back = clock.now() + timedelta(minutes=step.back_in) if step.back_in else None
            actions.change_service(contact, outage, step.service, effect=step.effect, expected_end=back)
        case Add():
            actions.add_service(contact, outage, step.service, step.effect)
        case Restore():
            actions.restore(contact, outage, step.service)
        case HandOver():
            _hand_over(step, outage)
        case End():
            play.alarm_over()
            actions.end(contact, outage, data_lost=step.data_lost)
        case FalseAlarm():
            actions.false_alarm(contact, outage, why=step.why)
            play.alarm_over()
        case Reopen():
            actions.reopen(contact, outage, services=list(step.services), why=step.why)
        case Review():
            actions.review(follower, outage, text_fr=step.fr, text_en=step.en)


def _hand_over(step: HandOver, outage: Outage) -> None:
    role = RoleName(step.role)
    holder = outage.contact if role == RoleName.CONTACT else outage.follower
    assert holder is not None  # never vacant
    duty = DutyCode.PRODUCTION if role == RoleName.CONTACT else DutyCode.SUPPORT
    to = first_on_duty(duty, but=holder)
    actions.hand_over(holder, outage, role, to, why="fin de service")


def tell(by: Person, outage: Outage, words: Words, next_in: int) -> None:
    """Promise, compose what comes next, approve, publish."""
    if outage.state == State.ONGOING:
        actions.promise(by, outage, next_promise(clock.now(), timedelta(minutes=next_in)))
    leave(by, outage, actions.compose(by, outage), words)


def leave(by: Person, outage: Outage, version: Version, words: Words) -> None:
    """Write the words in, approve, publish."""
    paragraphs = {language: {"what": text} for language, text in words.items()}
    actions.edit(by, outage, version, paragraphs=paragraphs, flashes={})
    actions.approve(by, outage, version)
    actions.publish(by, outage, version)


def settle_mails(*, bounce: bool = False) -> None:
    """What waits in the outbox is sent, in the invented past; `bounce`: the last one is refused, and given up."""
    while batch := OUTBOX.lease_batch("demo", size=200, span=LEASE):
        for pk in batch:
            OUTBOX.begin(pk, "demo", span=LEASE)
            if bounce and pk == batch[-1]:
                OUTBOX.set_apart(pk, "demo", error="550 5.1.1 no such mailbox")
                OUTBOX.resolve(pk, happened=False)
            else:
                OUTBOX.confirm(pk, "demo", receipt="250 2.0.0 kept (invented)")
    assert not Delivery.objects.filter(state="leased", owner="demo").exists()
