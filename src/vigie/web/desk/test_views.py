"""What the desk promises: what I must do now, the most urgent first, and nothing that is not mine."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support.cast import SUNDAY, Cast

from vigie.contracts.alarm import IncomingAlarm
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.intents import IntentState
from vigie.outages import actions
from vigie.outages.models import Alarm, Outage
from vigie.people.models import Person
from vigie.post.models import Delivery
from vigie.web.desk.gather import MOST, Task, tasks

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def logged_in(person: Person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend=BACKEND)
    return client


def kinds(found: list[Task]) -> list[str]:
    return [task.kind for task in found]


@pytest.fixture
def outage(cast: Cast) -> Outage:
    return actions.declare_sudden(cast.amina, services={"storage": "down"}).outage


@pytest.fixture
def stray(cast: Cast) -> Alarm:
    """An alarm of no known service: nobody but a person can judge it."""
    alarm = IncomingAlarm(
        source="icinga",
        fingerprint="cooling",
        firing=True,
        labels={"host": "cooling-3"},
        summary="29 °C in row 4",
        severity="warning",
        starts_at=SUNDAY,
    )
    received = actions.receive_alarm(System(), alarm).alarm
    assert received is not None
    return received


def test_a_desk_with_nothing_to_do_says_what_will_stand_there(cast: Cast):
    page = logged_in(cast.bruno).get("/desk").content.decode()
    assert "Everything is working" in page
    assert "Nothing waits for you" in page
    assert 'data-key="d"' in page  # “Something is down” is always in reach
    assert Client().get("/desk").status_code == 302


def test_what_is_owed_is_first_and_is_the_one_primary_action(cast: Cast, outage: Outage, stray: Alarm):
    found = tasks(cast.lucie, "en")
    assert kinds(found) == ["first", "alarm"]
    assert found[0].at == SUNDAY + timedelta(minutes=5)
    page = logged_in(cast.lucie).get("/desk").content.decode()
    assert page.count('class="button primary"') == 1
    assert "Write the first notice" in page
    assert "due in 05:00" in page


def test_each_sees_their_own(cast: Cast, outage: Outage):
    assert kinds(tasks(cast.amina, "en")) == ["first"]
    assert tasks(cast.bruno, "en") == []
    actions.ask(cast.lucie, outage, "Are files safe?")
    assert kinds(tasks(cast.amina, "en")) == ["first", "question"]
    assert "question" not in kinds(tasks(cast.lucie, "en"))


def test_a_lead_sees_what_is_overdue_for_everyone(cast: Cast, outage: Outage, clock: Clock):
    assert tasks(cast.sara, "en") == []
    clock.tick(minutes=6)
    [task] = tasks(cast.sara, "en")
    assert (task.kind, task.who, task.mine) == ("first", "Lucie Petit", False)
    assert "Overdue with others" in logged_in(cast.sara).get("/desk").content.decode()


def test_what_climbed_to_a_backup_stands_on_their_desk(cast: Cast, outage: Outage, clock: Clock):
    clock.tick(minutes=6)
    actions.climb_overdue()
    assert tasks(cast.denis, "en") == []
    clock.tick(minutes=11)
    actions.climb_overdue()
    assert [task.why for task in tasks(cast.denis, "en")] == ["climbed to you"]


def test_drafts_proposed_ends_failed_mails_and_reports_are_there(cast: Cast, outage: Outage, clock: Clock):
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    assert "approved" in tasks(cast.lucie, "en")[0].why
    actions.publish(cast.lucie, outage, draft)
    Delivery.objects.filter(topic=draft.topic).update(state=IntentState.SET_APART, attempted_at=clock.now())
    assert set(kinds(tasks(cast.lucie, "en"))) == {"update", "failed"}
    actions.correct(cast.lucie, outage, draft, why="wrong start")
    assert "draft" in kinds(tasks(cast.lucie, "en"))
    actions.end(cast.amina, outage, data_lost="no")
    assert "end" in kinds(tasks(cast.lucie, "en"))


def test_a_proposed_end_waits_for_the_contact(cast: Cast, clock: Clock):
    def say(*, firing: bool) -> None:
        alarm = IncomingAlarm(
            source="alertmanager",
            fingerprint="f1",
            firing=firing,
            labels={"service": "storage"},
            summary="doors",
            severity="critical",
            starts_at=SUNDAY,
            resolved_at=None if firing else clock.now(),
        )
        actions.receive_alarm(System(), alarm)

    say(firing=True)
    clock.tick(minutes=20)
    say(firing=False)
    assert "end_proposed" in kinds(tasks(cast.amina, "en"))
    assert "end_proposed" not in kinds(tasks(cast.lucie, "en"))


def test_an_alarm_is_declared_attached_or_settled(cast: Cast, outage: Outage, stray: Alarm):
    client = logged_in(cast.amina)
    form = client.get(f"/outages/new?alarm={stray.pk}").content.decode()
    assert "29 °C in row 4" in form
    assert 'value="at_risk"' in form
    client.post(f"/alarms/{stray.pk}/attach", {"outage": outage.pk})
    stray.refresh_from_db()
    assert stray.outage == outage
    assert kinds(tasks(cast.bruno, "en")) == []


def test_an_outage_declared_from_an_alarm_carries_it(cast: Cast, stray: Alarm):
    client = logged_in(cast.amina)
    typed = {"services": ["farm"], "effect": "at_risk", "key": f"alarm:{stray.pk}", "alarm": stray.pk}
    for _click in range(2):
        client.post("/outages/new", typed)
    stray.refresh_from_db()
    assert stray.outage == Outage.objects.get()


def test_a_settled_alarm_leaves_the_desk(cast: Cast, stray: Alarm):
    client = logged_in(cast.amina)
    client.post(f"/alarms/{stray.pk}/settle")
    assert tasks(cast.amina, "en") == []
    assert (
        client.post(f"/alarms/{stray.pk}/settle", headers={"referer": "http://testserver/desk"}).status_code
        == 302
    )


def test_an_administrator_of_no_group_is_asked_nothing(cast: Cast, stray: Alarm):
    assert tasks(cast.ada, "en") == []
    page = logged_in(cast.ada).get("/desk").content.decode()
    assert 'data-key="d"' not in page


def test_the_desk_speaks_french(cast: Cast, outage: Outage):
    page = logged_in(cast.lucie, "fr").get("/desk").content.decode()
    assert "Ce que je dois faire maintenant" in page
    assert "Premier communiqué dû" in page
    assert "est à l’arrêt depuis" in page


def test_ten_thousand_alarms_leave_a_desk_that_one_can_read(cast: Cast):
    storm = [
        IncomingAlarm(
            source="icinga",
            fingerprint=f"f{n}",
            firing=True,
            labels={"host": f"x{n}"},
            summary=f"disk {n} is full",
            severity="warning",
            starts_at=SUNDAY,
        )
        for n in range(MOST + 10)
    ]
    actions.receive_alarms(System(), storm)
    found = tasks(cast.amina, "en")
    assert kinds(found).count("alarm") == MOST
    assert "10 more alarms to judge" in logged_in(cast.amina).get("/desk").content.decode()


def test_the_desk_reads_the_database_no_more_often_for_a_longer_past(cast: Cast, outage: Outage):
    def past(n: int) -> int:
        for _turn in range(n):
            row = actions.declare_sudden(cast.amina, services={"storage": "down"}, anyway=True).outage
            actions.end(cast.amina, row, data_lost="no")
        with CaptureQueriesContext(connection) as asked:
            tasks(cast.amina, "en")
        return len(asked)

    few = past(1)
    assert past(9) <= few
