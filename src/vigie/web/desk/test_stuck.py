"""What can't go on without a person reaches one: mails, addresses, incoming mail, reactions; and the pages behind them."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.experiments.actions import save_contact
from vigie.kernel import events
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.events import MAX_ATTEMPTS
from vigie.kernel.intents import IntentState
from vigie.kernel.models import AuditRow, Dispatch, EventRow
from vigie.outages import actions
from vigie.outages.models import Alarm, Outage
from vigie.post.actions import Received, clear_address, receive
from vigie.post.models import Address, Delivery, MailKind
from vigie.web.desk.gather import MOST, Task, tasks
from vigie.web.desk.test_views import kinds, logged_in


def of(found: list[Task], kind: str) -> list[Task]:
    return [task for task in found if task.kind == kind]


@pytest.fixture
def told(cast: Cast) -> Outage:
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    first = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, first)
    actions.publish(cast.lucie, outage, first)
    return outage


def test_a_bounce_stands_on_the_followers_desk_until_the_address_is_cleared(cast: Cast, told: Outage):
    mail = Delivery.objects.filter(channel="mail").exclude(topic__startswith="outage:").first()
    assert mail is not None
    Delivery.objects.filter(pk=mail.pk).update(bounced_at=SUNDAY)
    Address.objects.create(address=mail.recipient.lower(), bounced_at=SUNDAY)
    [task] = of(tasks(cast.lucie, "en"), "bounced")
    assert task.what.startswith("Mails come back from 1 address · dCache storage")
    assert mail.recipient.lower() in task.why
    assert not of(tasks(cast.amina, "en"), "bounced")  # the contact does not speak outside
    assert mail.recipient in logged_in(cast.lucie).get("/recipients").content.decode()
    clear_address(cast.lucie, mail.recipient)
    assert not of(tasks(cast.lucie, "en"), "bounced")


def test_a_bounce_of_somebody_who_left_is_nobodys_task(cast: Cast, told: Outage):
    save_contact(System(), cast.orion, name="Gone", address="gone@orion.test", language="en")
    Address.objects.create(address="away@orion.test", bounced_at=SUNDAY)
    Delivery.objects.filter(channel="mail").update(bounced_at=SUNDAY, recipient="away@orion.test")
    assert not of(tasks(cast.lucie, "en"), "bounced")


def test_unmatched_mail_stands_on_the_desks_of_support_only(cast: Cast):
    receive(Received("<a@b>", MailKind.REPLY, subject="A question", text="?"))
    receive(Received("<c@d>", MailKind.REPLY, subject="Another", text="?"))
    [task] = of(tasks(cast.denis, "en"), "mail")
    assert task.what == "2 mails wait for somebody to say what they are about"
    assert task.url == "/mail"
    assert not of(tasks(cast.amina, "en"), "mail")


def test_what_is_in_doubt_is_said_and_what_is_nobodys_reaches_a_lead(cast: Cast, told: Outage):
    Delivery.objects.filter(topic__startswith="notice-version:").update(state=IntentState.IN_DOUBT)
    [task] = of(tasks(cast.lucie, "en"), "failed")
    assert "in doubt" in task.why
    assert not of(tasks(cast.sara, "en"), "failed")
    Delivery.objects.filter(channel="mail").update(state=IntentState.SET_APART, topic="subscription:1")
    [left] = of(tasks(cast.sara, "en"), "failed")
    assert "of no outage did not arrive" in left.what
    assert left.url == "/mail/deliveries"


def test_the_deliveries_page_shows_what_waits_and_lets_a_person_decide(cast: Cast, told: Outage):
    mail = Delivery.objects.filter(channel="mail").first()
    assert mail is not None
    browser = logged_in(cast.lucie)
    assert mail.recipient not in browser.get("/mail/deliveries").content.decode()
    assert mail.recipient in browser.get("/mail/deliveries?state=all").content.decode()
    Delivery.objects.filter(pk=mail.pk).update(state=IntentState.IN_DOUBT, last_error="the line went dead")
    page = browser.get("/mail/deliveries").content.decode()
    assert "1 message did not leave" in page
    assert "the line went dead" in page
    answer = browser.post(f"/mail/deliveries/{mail.pk}/arrived?state=in_doubt")
    assert answer.headers["Location"] == "/mail/deliveries?state=in_doubt"
    mail.refresh_from_db()
    assert mail.state == IntentState.DONE
    file = browser.get("/mail/deliveries?state=all&format=csv").content.decode()
    assert mail.recipient in file


def fail(_news: Mapping[str, Any]) -> None:
    raise OSError("no such door")


@pytest.fixture
def apart(cast: Cast, clock: Clock) -> Dispatch:
    """A reaction that failed as often as it may."""
    EventRow.objects.create(at=SUNDAY, kind="test.happened", payload={"outage_id": 7})
    for _again in range(MAX_ATTEMPTS):
        events.dispatch_due({"test.happened": [("tell new holder", fail)]})
        clock.tick(minutes=31)
    return events.set_apart().get()


def test_a_reaction_set_apart_is_a_task_of_leads_and_is_tried_again_by_one_press(cast: Cast, apart: Dispatch):
    [task] = of(tasks(cast.ada, "en"), "reaction")
    assert task.what == "1 automatic step failed and was set apart"
    assert not of(tasks(cast.lucie, "en"), "reaction")
    browser = logged_in(cast.sara)
    page = browser.get("/desk/reactions").content.decode()
    assert "no such door" in page
    assert "Tell whom a role was handed over to" in page
    assert "set_apart" in Client().get("/healthz").content.decode()
    browser.post(f"/desk/reactions/{apart.pk}/retry")
    done: list[Any] = []
    assert events.dispatch_due({"test.happened": [("tell new holder", done.append)]}) == 1
    assert done == [{"outage_id": 7}]
    assert not events.set_apart().exists()
    assert AuditRow.objects.filter(kind="reaction.retried", actor_label="Sara Weber").exists()


def test_a_reaction_left_undone_is_never_tried_again(cast: Cast, apart: Dispatch):
    browser = logged_in(cast.sara)
    browser.post(f"/desk/reactions/{apart.pk}/dismiss")
    assert not of(tasks(cast.sara, "en"), "reaction")
    assert not events.dispatches_due()
    assert browser.post(f"/desk/reactions/{apart.pk}/retry").status_code == 404


def test_what_is_more_than_a_desk_shows_has_its_page(cast: Cast):
    Alarm.objects.bulk_create(
        Alarm(
            source="icinga", fingerprint=f"f{n}", summary=f"sensor {n:03}", starts_at=SUNDAY,
            first_seen=SUNDAY, last_seen=SUNDAY,
        )
        for n in range(MOST + 5)
    )  # fmt: skip
    [more] = of(tasks(cast.amina, "en"), "more")
    assert more.what == "5 more alarms to judge"
    browser = logged_in(cast.amina)
    first, second = (browser.get(f"{more.url}?page={n}").content.decode() for n in (1, 2))
    assert f"{MOST + 5} alarms wait" in first
    assert "sensor 002" in first
    assert "sensor 052" in second


def test_every_word_owed_has_a_page(cast: Cast, told: Outage):
    assert "update" in kinds(tasks(cast.lucie, "en"))
    page = logged_in(cast.lucie).get("/desk/owed").content.decode()
    assert "1 word is owed outside" in page
    assert "Update owed" in page
