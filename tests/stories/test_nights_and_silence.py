"""Stories of the hours when nobody is there, and of words that were owed."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.cast import SUNDAY, Cast, make_cast
from vigie.config.reactions import REACTIONS
from vigie.duty.actions import add_shift
from vigie.duty.escalation.models import Escalation
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.events import dispatch_due
from vigie.kernel.models import EventRow
from vigie.outages import actions, queries
from vigie.outages.models import Outage
from vigie.outages.rules import FactKind
from vigie.people.models import Person
from vigie.post.models import Delivery

THREE_AM = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def night(db: None, clock: Clock) -> Cast:
    clock.set(THREE_AM)
    return make_cast(now=THREE_AM, support_on_duty=False)


def publish_first(actor: Person, outage: Outage) -> int:
    draft = actions.compose(actor, outage)
    actions.approve(actor, outage, draft)
    return actions.publish(actor, outage, draft)


def told(escalation: Escalation) -> list[str]:
    return [step.person.login for step in escalation.steps.all() if step.person]


def test_at_three_in_the_morning_the_contact_publishes_alone_and_the_morning_shift_takes_over(
    night: Cast, clock: Clock
):
    outage = actions.declare_sudden(night.amina, services={"storage": "down"}).outage
    assert outage.follower == night.sara  # the lead of Support stands in
    assert outage.follower_stands_in
    assert publish_first(night.amina, outage) == 3

    update = actions.compose(night.amina, outage)
    with pytest.raises(Forbidden):
        actions.approve(night.amina, outage, update)  # alone is for the urgent first word only

    morning = THREE_AM + timedelta(hours=5)
    add_shift(
        System(),
        duty=night.support,
        person=night.lucie,
        starts_at=morning,
        ends_at=morning + timedelta(hours=8),
    )
    assert actions.relieve_stand_ins() == 0
    clock.set(morning)
    assert actions.relieve_stand_ins() == 1
    outage.refresh_from_db()
    assert (outage.follower, outage.follower_stands_in) == (night.lucie, False)
    dispatch_due(REACTIONS)
    assert Delivery.objects.filter(recipient="lucie@centre.test").exists()
    assert actions.relieve_stand_ins() == 0


def test_nobody_on_duty_and_no_lead_leaves_the_one_who_declares_and_never_a_vacancy(db: None, clock: Clock):
    cast = make_cast(support_on_duty=False, production_on_duty=False)
    for lead in (cast.odile, cast.sara):
        Person.objects.filter(pk=lead.pk).update(is_active=False)
    outage = actions.declare_sudden(cast.bruno, services={"farm": "down"}).outage
    assert (outage.contact, outage.follower) == (cast.bruno, cast.bruno)
    with pytest.raises(Refused, match=r"Nobody is on duty|Personne"):
        actions.declare_sudden(System(), services={"site": "down"})


def test_an_overdue_update_climbs_from_the_follower_to_the_lead_and_stands_down_when_told(
    cast: Cast, clock: Clock
):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    publish_first(cast.lucie, outage)
    clock.set(SUNDAY + timedelta(minutes=33))
    assert actions.climb_overdue() == 0  # promised for 15:00, not owed yet
    clock.set(SUNDAY + timedelta(minutes=34))
    assert actions.climb_overdue() == 1
    escalation = Escalation.objects.get()
    assert told(escalation) == ["lucie"]
    assert actions.climb_overdue() == 0  # the same minute again: nobody is told twice
    clock.tick(minutes=10)
    actions.climb_overdue()
    clock.tick(minutes=10)
    actions.climb_overdue()
    assert told(escalation) == ["lucie", "denis", "sara"]
    mails = Delivery.objects.filter(topic=f"escalation:{escalation.pk}")
    assert [mail.recipient for mail in mails] == [
        "lucie@centre.test",
        "denis@centre.test",
        "sara@centre.test",
    ]

    update = actions.compose(cast.lucie, outage)
    with pytest.raises(Refused):
        actions.approve(cast.lucie, outage, update)  # its promise has passed: a new one first
    actions.promise(cast.lucie, outage, clock.now() + timedelta(minutes=30))
    actions.approve(cast.lucie, outage, update)
    actions.publish(cast.lucie, outage, update)
    actions.climb_overdue()
    escalation.refresh_from_db()
    assert escalation.closed_at is not None
    report = queries.report_of(outage)
    assert [promise.kept(clock.now()) for promise in report.promises] == [False, None]


def test_a_worker_that_slept_for_an_hour_tells_everybody_in_order(cast: Cast, clock: Clock):
    actions.declare_sudden(cast.amina, services={"storage": "down"})
    clock.tick(minutes=6)
    actions.climb_overdue()
    clock.tick(hours=1)
    for _ in range(3):
        actions.climb_overdue()
    assert told(Escalation.objects.get()) == [
        "lucie",
        "denis",
    ]  # who is called late has the full time to answer
    clock.tick(minutes=10)
    actions.climb_overdue()
    assert told(Escalation.objects.get()) == ["lucie", "denis", "sara"]


def test_a_first_notice_that_nobody_of_support_approves_in_time_may_leave_by_the_contact_alone(
    cast: Cast, clock: Clock
):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    with pytest.raises(Forbidden):
        publish_first(cast.amina, outage)
    clock.tick(minutes=5)
    assert publish_first(cast.amina, outage) == 3


def test_a_crash_between_the_change_and_its_reaction_loses_nothing(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.bruno, services={"storage": "down"}).outage

    def dies(_news: object) -> None:
        raise SystemExit("the process is killed here")

    kind = "outage.declared"
    with pytest.raises(SystemExit):
        dispatch_due({kind: [("tell first holders", dies)]})
    assert EventRow.objects.filter(kind=kind, settled=False).exists()
    assert not Delivery.objects.filter(topic=f"outage:{outage.pk}").exists()

    dispatch_due(REACTIONS)
    dispatch_due(REACTIONS)
    mails = Delivery.objects.filter(topic=f"outage:{outage.pk}").values_list("recipient", flat=True)
    assert sorted(mails) == ["amina@centre.test", "lucie@centre.test"]  # each once


def test_a_reaction_that_fails_is_tried_again_and_stops_no_other(cast: Cast, clock: Clock):
    actions.declare_sudden(cast.bruno, services={"storage": "down"})
    calls = []

    def fails(_news: object) -> None:
        calls.append(clock.now())
        raise ValueError("not today")

    table = {"outage.declared": [("fails", fails), *REACTIONS["outage.declared"]]}
    dispatch_due(table)
    assert Delivery.objects.filter(recipient="amina@centre.test").count() == 1
    dispatch_due(table)
    assert len(calls) == 1  # not before its time
    clock.tick(seconds=6)
    dispatch_due(table)
    assert len(calls) == 2


def test_the_night_the_clocks_go_back_tells_which_of_the_two_hours_it_was(db: None, clock: Clock):
    first_half_past_two = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 CEST, then again 02:30 CET
    clock.set(first_half_past_two)
    cast = make_cast(now=first_half_past_two)
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    assert "CEST" in draft.rendered["en"]["mail_text"]
    actions.publish(cast.lucie, outage, draft)

    clock.tick(minutes=25)
    actions.promise(cast.lucie, outage, first_half_past_two + timedelta(hours=1))  # 02:30 the second time
    update = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, update)
    actions.publish(cast.lucie, outage, update)
    assert "02:30" in update.rendered["en"]["mail_text"]
    assert "CET" in update.rendered["en"]["mail_text"].replace("CEST", "")
    clock.set(first_half_past_two + timedelta(hours=1, minutes=10))
    actions.end(cast.amina, outage, data_lost="no")
    assert queries.report_of(outage).lasted == timedelta(hours=1, minutes=10)


def test_staged_recovery_tells_service_by_service(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "degraded"}).outage
    publish_first(cast.lucie, outage)
    clock.tick(minutes=10)
    actions.restore(cast.amina, outage, "farm")
    update = actions.compose(cast.lucie, outage)
    facts = update.the_facts
    assert [service.code for service in facts.open_services] == ["storage"]
    assert [service.code for service in facts.restored_services] == ["farm"]
    actions.approve(cast.lucie, outage, update)
    with pytest.raises(Refused):
        actions.restore(cast.amina, outage, "farm")  # a second click
    actions.restore(cast.amina, outage, "storage")
    with pytest.raises(Refused, match=r"changed|changé"):
        actions.publish(cast.lucie, outage, update)  # what was approved is no longer true
    assert outage.state == "ongoing"  # the last service back does not end it: the contact does
    clock.tick(minutes=5)
    actions.end(cast.amina, outage, data_lost="no")
    assert outage.ended_at == clock.now() - timedelta(minutes=5)


def test_a_false_alarm_nobody_heard_of_ends_in_silence_one_that_was_told_is_told(cast: Cast, clock: Clock):
    silent = actions.declare_sudden(cast.amina, services={"site": "down"}).outage
    actions.false_alarm(cast.amina, silent, why="the probe was wrong")
    assert queries.due(silent) is None
    with pytest.raises(Refused):
        actions.compose(cast.lucie, silent)

    told_outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    publish_first(cast.lucie, told_outage)
    actions.false_alarm(cast.amina, told_outage, why="the probe was wrong")
    owed = queries.due(told_outage)
    assert owed is not None
    assert owed.what == "end"
    last = actions.compose(cast.lucie, told_outage)
    actions.approve(cast.lucie, told_outage, last)
    actions.publish(cast.lucie, told_outage, last)
    assert "false alarm" in last.rendered["en"]["title"]
    assert queries.due(told_outage) is None


def test_reopening_owes_an_update_and_keeps_what_was_told(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    publish_first(cast.lucie, outage)
    clock.tick(minutes=10)
    actions.end(cast.amina, outage, data_lost="unknown")
    end = actions.compose(cast.lucie, outage)
    with pytest.raises(Refused):
        actions.approve(cast.lucie, outage, end)  # data lost or not must be answered first
    actions.answer_data(cast.amina, outage, "no")
    actions.approve(cast.lucie, outage, end)
    actions.publish(cast.lucie, outage, end)
    clock.tick(minutes=10)
    actions.reopen(cast.bruno, outage, services=["storage"], why="it fell over again")
    owed = queries.due(outage)
    assert owed is not None
    assert (owed.what, owed.at) == ("update", clock.now() + timedelta(minutes=5))
    update = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, update)
    actions.publish(cast.lucie, outage, update)
    assert any(
        fact.kind == FactKind.SYSTEM and "it fell over again" in fact.text for fact in queries.log(outage)
    )
    clock.tick(minutes=10)
    actions.end(cast.amina, outage, data_lost="no")
    owed = queries.due(outage)
    assert owed is not None
    assert owed.what == "end"


def test_two_people_who_open_the_same_outage_find_each_other(cast: Cast):
    first = actions.declare_sudden(cast.amina, services={"storage": "down"}, key="form-1").outage
    again = actions.declare_sudden(cast.amina, services={"storage": "down"}, key="form-1")
    assert (again.outage, again.again) == (first, True)  # a second click
    with pytest.raises(Refused) as refusal:
        actions.declare_sudden(cast.bruno, services={"storage": "degraded"}, key="form-2")
    assert refusal.value.code == "outage.already_open"
    other = actions.declare_sudden(
        cast.bruno, services={"storage": "degraded"}, key="form-2", anyway=True
    ).outage
    assert other != first
