"""Somebody is called: answered by a link, not answered, in quiet hours, with a dead mail server, after a crash."""

from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.support.cast import SUNDAY, Cast, make_cast
from tests.support.targets import target
from vigie.channels.mail.channel import MailChannel
from vigie.contracts.alarm import IncomingAlarm
from vigie.contracts.channel import PassingFailure
from vigie.duty.actions import add_shift
from vigie.duty.escalation import actions, links, queries
from vigie.duty.escalation.models import Escalation, EscalationStep
from vigie.duty.escalation.rules import StepKind, Urgency
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Forbidden, Missing, Refused
from vigie.kernel.intents import IntentState
from vigie.outages import actions as outages
from vigie.outages import queries as what
from vigie.people.models import Group, Person
from vigie.post import sending
from vigie.post.models import Delivery


def alarm(fingerprint: str = "cool", severity: str = "critical") -> IncomingAlarm:
    return IncomingAlarm(
        source="alertmanager",
        fingerprint=fingerprint,
        firing=True,
        labels={"host": "nobody-knows-it"},
        summary="29 °C in row C",
        severity=severity,
        starts_at=SUNDAY,
    )


def called(escalation: Escalation) -> list[str]:
    rows = escalation.steps.filter(kind=StepKind.CALLED).select_related("person")
    return [step.person.login for step in rows if step.person]


def kinds(escalation: Escalation) -> list[str]:
    return [step.kind for step in queries.steps(escalation)]


@pytest.fixture
def backed(cast: Cast) -> Cast:
    """Production with a backup."""
    add_shift(
        System(),
        duty=cast.production,
        person=cast.bruno,
        level=2,
        starts_at=SUNDAY - timedelta(hours=4),
        ends_at=SUNDAY + timedelta(hours=6),
    )
    return cast


def token_of(escalation: Escalation, login: str) -> str:
    step = escalation.steps.filter(kind=StepKind.CALLED, person__login=login).last()
    assert step is not None
    mail = Delivery.objects.get(key=f"escalation:{escalation.pk}:{step.number}:{step.person_id}:mail")
    link = links.answer_link(step)
    assert link in mail.payload["text"]
    return link.rpartition("/")[2]


def test_an_alarm_that_nobody_judges_calls_primary_backup_and_lead_and_begins_again_three_times(
    backed: Cast, clock: Clock
):
    outages.receive_alarm(System(), alarm())
    clock.tick(minutes=14)
    assert outages.climb_alarms() == 0
    clock.tick(minutes=1)
    assert outages.climb_alarms() == 1
    escalation = Escalation.objects.get()
    assert called(escalation) == ["amina"]
    for _ in range(40):
        clock.tick(minutes=5)
        outages.climb_alarms()
    assert called(escalation) == ["amina", "bruno", "odile"] * 3
    assert kinds(escalation)[-1] == StepKind.EXHAUSTED
    assert queries.coming(Escalation.objects.get()).act == "stop"

    outages.settle_alarm(backed.amina, what.alarms().get())
    outages.climb_alarms()
    escalation.refresh_from_db()
    assert escalation.closed_at is not None
    assert kinds(escalation)[-1] == StepKind.CLOSED


def test_a_storm_of_alarms_is_one_call(backed: Cast, clock: Clock):
    for number in range(40):
        outages.receive_alarm(System(), alarm(f"f{number}"))
    clock.tick(minutes=20)
    outages.climb_alarms()
    assert Delivery.objects.filter(topic__startswith="escalation:").count() == 1
    assert "40 alarms" in Escalation.objects.get().what_en


def test_the_link_acknowledges_once_and_says_who_did(backed: Cast, clock: Clock):
    escalation = actions.call(backed.lucie, backed.production, "The door of the machine room stands open.")
    clock.tick(minutes=10)
    actions.climb_called_by_hand()
    assert called(escalation) == ["amina", "bruno"]
    token = token_of(escalation, "bruno")
    step = actions.answer(token)
    assert step.person == backed.bruno
    escalation.refresh_from_db()
    assert (escalation.acknowledged_by, escalation.acknowledged_at) == (backed.bruno, clock.now())
    with pytest.raises(Refused, match=r"used|servi"):
        actions.answer(token)
    with pytest.raises(Refused, match="Bruno Leroy"):
        actions.answer(token_of(escalation, "amina"))
    clock.tick(minutes=59)
    actions.climb_called_by_hand()
    assert called(escalation) == ["amina", "bruno"]  # somebody sees to it

    clock.tick(minutes=1)
    actions.climb_called_by_hand()
    assert called(escalation) == ["amina", "bruno", "odile"]  # acknowledged is not done
    assert StepKind.LAPSED in kinds(escalation)
    actions.acknowledge(backed.odile, queries.escalation(escalation.pk), by="desk")
    actions.done(backed.odile, queries.escalation(escalation.pk))
    with pytest.raises(Refused):
        actions.acknowledge(backed.amina, queries.escalation(escalation.pk))


def test_an_altered_or_old_link_and_one_of_somebody_who_left_do_nothing(backed: Cast, clock: Clock):
    escalation = actions.call(backed.lucie, backed.production, "Look at row C.")
    token = token_of(escalation, "amina")
    for broken in (token[:-2], f"x{token}", "", "a:b:c", token.swapcase()):
        with pytest.raises(Missing):
            actions.answer(broken)
    Person.objects.filter(pk=backed.amina.pk).update(is_active=False)
    with pytest.raises(Refused):
        actions.answer(token)
    Person.objects.filter(pk=backed.amina.pk).update(is_active=True)
    backed.amina.memberships.update(group=Group.objects.create(code="other", kind="other"))
    with pytest.raises(Refused):
        actions.answer(token)
    backed.amina.memberships.update(group=Group.objects.get(code="ops"))
    clock.tick(hours=12, seconds=1)
    with pytest.raises(Refused, match=r"twelve|douze"):
        actions.answer(token)
    escalation.refresh_from_db()
    assert escalation.acknowledged_at is None


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),  # 25 h long
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),  # 23 h long
    ],
)
def test_low_urgency_waits_for_seven_on_the_wall_clock_whatever_the_night_and_high_does_not(
    db: None, clock: Clock, evening: datetime, morning: datetime
):
    clock.set(evening)
    cast = make_cast(now=evening + timedelta(hours=4))
    add_shift(System(), duty=cast.production, person=cast.bruno, starts_at=evening, ends_at=morning, level=2)
    actions.save_policy(
        cast.odile,
        cast.production,
        patience=15,
        backup_after=10,
        lead_after=10,
        again_after=15,
        rounds=2,
        grace=60,
        quiet_from=time(22),
        quiet_until=time(7),
    )
    low = actions.call(cast.lucie, cast.production, "Order paper.", urgency=Urgency.LOW)
    high = actions.call(cast.lucie, cast.production, "Smoke in row C.", urgency=Urgency.HIGH)
    assert called(high) != []
    while clock.now() < morning - timedelta(minutes=1):
        clock.tick(minutes=30)
        clock.set(min(clock.now(), morning - timedelta(minutes=1)))
        actions.climb_called_by_hand()
        assert called(low) == []
    assert kinds(low) == [StepKind.HELD]  # said once, however often the worker looked
    clock.set(morning)
    actions.climb_called_by_hand()
    assert called(low) == ["amina"]
    first = low.steps.get(kind=StepKind.CALLED, person__login="amina")
    assert first.at == morning


def test_a_dead_mail_server_delays_no_level_and_each_call_leaves_once_when_it_is_back(
    backed: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    sent: list[str] = []
    alive = False

    class Session:
        def send(self, message: object) -> object:
            if not alive:
                raise PassingFailure("connection refused", whole_channel=True)
            sent.append(message.address)  # type: ignore[attr-defined] # an OutgoingMessage
            return type("Receipt", (), {"text": "250 ok"})()

    monkeypatch.setattr(MailChannel, "open", contextmanager(lambda _self: iter([Session()])))
    escalation = actions.call(backed.lucie, backed.production, "Look at row C.")
    for _ in range(2):
        sending.send_due("w")
        clock.tick(minutes=10)
        actions.climb_called_by_hand()
    assert called(escalation) == ["amina", "bruno", "odile"]
    assert sent == []
    alive = True
    clock.tick(minutes=2)
    sending.send_due("w")
    sending.send_due("w")
    assert sorted(sent) == ["amina@centre.test", "bruno@centre.test", "odile@centre.test"]


def test_a_crash_between_the_step_and_its_mail_leaves_both_or_none(
    backed: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    escalation = actions.call(backed.lucie, backed.production, "Look at row C.")
    clock.tick(minutes=10)

    def dies(*_args: object) -> None:
        raise SystemExit("the process is killed here")

    with monkeypatch.context() as killed:
        killed.setattr("vigie.duty.escalation.actions.engine.enqueue", dies)
        with pytest.raises(SystemExit):
            actions.climb_called_by_hand()
    assert called(escalation) == ["amina"]  # the step went with its mail
    assert actions.climb_called_by_hand() == 1
    assert actions.climb_called_by_hand() == 0
    assert called(escalation) == ["amina", "bruno"]
    waiting = Delivery.objects.filter(topic=escalation.topic, state=IntentState.WAITING)
    assert [row.recipient for row in waiting.order_by("pk")] == ["amina@centre.test", "bruno@centre.test"]


def test_two_workers_that_look_at_the_same_row_call_once(backed: Cast, clock: Clock):
    escalation = actions.call(backed.lucie, backed.production, "Look at row C.")
    clock.tick(minutes=10)
    both = [queries.escalation(escalation.pk), queries.escalation(escalation.pk)]  # both have read it
    assert actions.climb(both[0]) == 1
    with pytest.raises(Refused), transaction.atomic():
        actions.climb(both[1])
    assert EscalationStep.objects.filter(kind=StepKind.CALLED).count() == 2


def test_a_level_that_nobody_holds_delays_nobody(cast: Cast, clock: Clock):
    escalation = actions.call(cast.lucie, cast.production, "Look at row C.")
    clock.tick(minutes=10)
    actions.climb_called_by_hand()  # no backup today
    assert called(escalation) == ["amina", "odile"]
    assert StepKind.NOBODY in kinds(escalation)


def test_a_person_with_a_pager_is_called_there_too_and_it_gets_no_notices(
    backed: Cast, clock: Clock, settings: Any, tmp_path: Path
):
    pager = target(tmp_path, "pager-amina", "apprise", "json://pager.centre.test/k3y")
    room = target(tmp_path, "ops-chat", "apprise", "json://chat.centre.test/k3y")
    settings.TARGETS = {"pager-amina": pager["pager-amina"] | {"use": "calls"}, **room}
    with pytest.raises(Refused):
        actions.save_pager(backed.odile, backed.amina, "pager-amina")
    with pytest.raises(BadInput):
        actions.save_pager(backed.amina, backed.amina, "ops-chat")
    actions.save_pager(backed.amina, backed.amina, "pager-amina")
    escalation = actions.call(backed.lucie, backed.production, "Look at row C.")
    ways = Delivery.objects.filter(topic=escalation.topic).order_by("pk")
    assert [(row.channel, row.recipient) for row in ways] == [
        ("mail", "amina@centre.test"),
        ("apprise", "pager-amina"),
    ]
    outage = outages.declare_sudden(backed.amina, services={"storage": "down"}).outage
    draft = outages.compose(backed.lucie, outage)
    outages.approve(backed.lucie, outage, draft)
    outages.publish(backed.lucie, outage, draft)
    told = Delivery.objects.filter(topic=draft.topic, channel="apprise")
    assert [row.recipient for row in told] == ["ops-chat"]
    actions.save_pager(backed.amina, backed.amina, "")
    assert queries.pager(backed.amina) is None


def test_who_may_call_and_who_may_say_how(backed: Cast):
    with pytest.raises(Forbidden):
        actions.call(backed.ada, backed.production, "Hello.")
    with pytest.raises(Forbidden):
        actions.save_policy(
            backed.amina,
            backed.production,
            patience=1,
            backup_after=1,
            lead_after=1,
            again_after=1,
            rounds=1,
            grace=1,
        )
    again = [actions.call(backed.lucie, backed.production, "Twice.", key="one") for _ in range(2)]
    assert again[0] == again[1]
