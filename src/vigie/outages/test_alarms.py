"""What becomes of alarms: one outage each, joined, shown or noted; the end is proposed, never made."""

from datetime import timedelta

import pytest
from tests.support.cast import SUNDAY, Cast, make_cast

from vigie.contracts.alarm import IncomingAlarm
from vigie.duty.actions import add_shift
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Refused
from vigie.kernel.models import EventRow
from vigie.outages import actions, queries
from vigie.outages.models import Alarm, Fact, Outage
from vigie.outages.rules import AlarmSituation, AlarmVerdict, judge_alarm
from vigie.people.actions import leave


def alarm(
    fingerprint="f1", *, firing=True, host="dcache-door01", severity="critical", **more
) -> IncomingAlarm:
    return IncomingAlarm(
        source="alertmanager",
        fingerprint=fingerprint,
        firing=firing,
        summary=more.pop("summary", f"Alarm {fingerprint}"),
        starts_at=more.pop("starts_at", SUNDAY - timedelta(minutes=2)),
        severity=severity,
        labels={"host": host},
        **more,
    )


def test_an_alarm_opens_an_outage_and_its_carrier_is_told_like_anybody(cast: Cast):
    received = actions.receive_alarm(cast.amina, alarm())
    assert received.verdict == AlarmVerdict.DECLARE
    assert received.outage is not None
    assert received.outage.contact == cast.amina
    assert received.outage.declared_by == "alertmanager"
    assert received.outage.starts_at == SUNDAY - timedelta(minutes=2)
    declared = EventRow.objects.get(kind="outage.declared")
    assert declared.payload["by_person_id"] is None, "who carries the token did not declare it"


def test_the_same_alarm_again_is_counted(cast: Cast):
    first = actions.receive_alarm(cast.amina, alarm())
    again = actions.receive_alarm(cast.amina, alarm())
    assert (again.verdict, again.outage) == (AlarmVerdict.NOTE, first.outage)
    assert Outage.objects.count() == 1
    assert Alarm.objects.get().count == 2


def test_its_end_proposes_the_end_and_ends_nothing(cast: Cast):
    outage = actions.receive_alarm(cast.amina, alarm()).outage
    over = actions.receive_alarm(cast.amina, alarm(firing=False, resolved_at=SUNDAY))
    assert over.verdict == AlarmVerdict.PROPOSE_END
    outage.refresh_from_db()
    assert outage.state == "ongoing"
    assert queries.end_proposed(outage) == over.alarm
    assert (
        actions.receive_alarm(cast.amina, alarm(firing=False, resolved_at=SUNDAY)).verdict
        == AlarmVerdict.NOTE
    )


def test_the_end_of_an_unknown_alarm_is_nothing(cast: Cast):
    assert actions.receive_alarm(cast.amina, alarm(firing=False, resolved_at=SUNDAY)).alarm is None


def test_flapping_stays_with_its_outage_and_withdraws_the_proposed_end(cast: Cast, clock: Clock):
    outage = actions.receive_alarm(cast.amina, alarm()).outage
    for _turn in range(4):
        clock.tick(minutes=3)
        actions.receive_alarm(cast.amina, alarm(firing=False, resolved_at=clock.now()))
        clock.tick(minutes=3)
        again = actions.receive_alarm(cast.amina, alarm(starts_at=clock.now()))
        assert (again.verdict, again.outage) == (AlarmVerdict.ATTACH, outage)
    assert Outage.objects.count() == Alarm.objects.count() == 1
    assert queries.end_proposed(outage) is None


def test_firing_again_after_the_service_was_restored_joins_the_same_outage(cast: Cast, clock: Clock):
    outage = actions.receive_alarm(cast.amina, alarm()).outage
    actions.restore(cast.amina, outage, "storage")
    other = actions.receive_alarm(cast.amina, alarm("f2", starts_at=clock.now()))
    assert other.outage == outage


def test_firing_on_after_the_outage_was_ended_is_shown_not_declared_again(cast: Cast):
    outage = actions.receive_alarm(cast.amina, alarm()).outage
    actions.false_alarm(cast.amina, outage, why="the probe is broken")
    again = actions.receive_alarm(cast.amina, alarm())
    assert again.verdict == AlarmVerdict.SHOW
    assert list(queries.alarms_to_judge()) == [again.alarm]
    assert Outage.objects.count() == 1


def test_firing_anew_after_the_end_is_a_new_outage(cast: Cast, clock: Clock):
    first = actions.receive_alarm(cast.amina, alarm()).outage
    actions.receive_alarm(cast.amina, alarm(firing=False, resolved_at=SUNDAY))
    actions.end(cast.amina, first, data_lost="no")
    clock.tick(minutes=10)
    second = actions.receive_alarm(cast.amina, alarm(starts_at=clock.now()))
    assert second.verdict == AlarmVerdict.DECLARE
    assert second.outage != first
    assert first.alarms.count() == 1


def test_an_unknown_service_and_a_mild_alarm_are_shown(cast: Cast):
    strange = actions.receive_alarm(cast.amina, alarm(host="nobody-knows"))
    mild = actions.receive_alarm(cast.amina, alarm("f2", severity="warning"))
    assert (strange.verdict, mild.verdict) == (AlarmVerdict.SHOW, AlarmVerdict.SHOW)
    assert not Outage.objects.exists()
    assert queries.alarms_to_judge().count() == 2


def test_a_mild_alarm_that_gets_worse_opens_the_outage_even_when_settled(cast: Cast):
    mild = actions.receive_alarm(cast.amina, alarm(severity="warning")).alarm
    actions.settle_alarm(cast.lucie, mild, why="known")
    assert actions.receive_alarm(cast.amina, alarm(severity="warning")).verdict == AlarmVerdict.NOTE
    worse = actions.receive_alarm(cast.amina, alarm(severity="critical"))
    assert worse.verdict == AlarmVerdict.DECLARE
    assert worse.alarm == mild


@pytest.mark.usefixtures("db")
def test_where_nobody_could_be_contact_the_alarm_is_kept_with_the_reason_until_somebody_can(clock: Clock):
    cast = make_cast(production_on_duty=False)
    leave(System(), cast.odile)
    kept = actions.receive_alarm(cast.ada, alarm())
    assert kept.verdict == AlarmVerdict.SHOW
    assert kept.alarm.problem
    assert list(queries.alarms_to_judge()) == [kept.alarm]
    add_shift(
        System(),
        duty=cast.production,
        person=cast.amina,
        starts_at=SUNDAY,
        ends_at=SUNDAY + timedelta(hours=4),
    )
    clock.tick(minutes=5)
    again = actions.receive_alarm(cast.ada, alarm())
    assert again.verdict == AlarmVerdict.DECLARE
    assert again.alarm.problem == ""


@pytest.mark.slow  # a thousand alarms
def test_a_storm_of_500_in_one_message_is_one_outage_and_one_line(cast: Cast):
    storm = [alarm(f"f{n}", host="dcache-door01", summary=f"Pool {n} is away") for n in range(500)]
    received = actions.receive_alarms(cast.amina, storm)
    assert Outage.objects.count() == 1
    assert Alarm.objects.filter(outage=received[0].outage).count() == 500
    line = Fact.objects.get(outage=received[0].outage)
    assert "500" in line.text
    assert "Pool 0 is away" in line.text
    assert "497" in line.text
    actions.receive_alarms(cast.amina, [alarm(f"f{n}", firing=False, resolved_at=SUNDAY) for n in range(500)])
    assert Fact.objects.count() == 2
    assert EventRow.objects.filter(kind="outage.end_proposed").count() == 1


def test_a_storm_in_500_messages_leaves_room_for_people(cast: Cast, clock: Clock):
    for n in range(60):
        actions.receive_alarm(cast.amina, alarm(f"f{n}"))
    assert Alarm.objects.count() == 60
    assert Fact.objects.count() == 6, "five lines, and one that says why no more"
    clock.tick(minutes=11)
    actions.receive_alarm(cast.amina, alarm("late"))
    assert Fact.objects.count() == 7


def test_a_person_attaches_an_alarm(cast: Cast):
    strange = actions.receive_alarm(cast.amina, alarm(host="nobody-knows")).alarm
    outage = actions.declare_sudden(cast.amina, services={"farm": "down"}).outage
    actions.attach_alarm(cast.lucie, strange, outage)
    assert strange.outage == outage
    assert not queries.alarms_to_judge().exists()
    with pytest.raises(Refused):
        actions.attach_alarm(cast.lucie, strange, outage)
    over = actions.receive_alarm(cast.amina, alarm(host="nobody-knows", firing=False, resolved_at=SUNDAY))
    assert over.verdict == AlarmVerdict.PROPOSE_END
    actions.end(cast.amina, outage, data_lost="no")
    other = actions.receive_alarm(cast.amina, alarm("f9", host="nobody-knows")).alarm
    with pytest.raises(Refused):
        actions.attach_alarm(cast.lucie, other, outage)


@pytest.mark.parametrize(
    ("situation", "verdict"),
    [
        ({"firing": False}, "note"),
        ({"firing": False, "own_outage_open": True}, "propose_end"),
        ({}, "declare"),
        ({"severity": "warning"}, "show"),
        ({"severity": ""}, "declare"),
        ({"service_known": False}, "show"),
        ({"service_outage_open": True, "severity": "info"}, "attach"),
        ({"own_outage_open": True, "fires_already": True}, "note"),
        ({"own_outage_open": True}, "attach"),
        ({"judged_over": True, "fires_already": True}, "show"),
        ({"settled_at": "critical", "fires_already": True}, "note"),
        ({"settled_at": "warning", "fires_already": True}, "declare"),
        ({"settled_at": "warning", "severity": "warning"}, "note"),
    ],
)
def test_the_rule(situation: dict, verdict: str):
    base = {"firing": True, "severity": "critical", "service_known": True, "service_outage_open": False}
    assert judge_alarm(AlarmSituation(**base | situation)) == verdict
