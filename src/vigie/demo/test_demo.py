"""What the demo promises: it never touches anybody's data, it is there only on a demo, its mailbox really receives."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.cast import SUNDAY, Cast
from tests.support.farm import lake_in
from tests.support.kept import kept

from vigie.demo import actions, mailbox, views
from vigie.demo.mailbox import mailbox_server
from vigie.demo.run import prepare
from vigie.duty.models import Absence, Duty, Rotation, Shift, Swap
from vigie.duty.queries import on_duty
from vigie.jobs.findings.queries.findings import overview
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Refused
from vigie.kernel.intents import IntentState
from vigie.kernel.models import Installation
from vigie.notices.rules import DataLost
from vigie.outages import queries
from vigie.outages.models import Outage
from vigie.people.models import Person
from vigie.post.models import Delivery


@pytest.fixture
def valmorin(db: None, clock: Clock, tmp_path: Path) -> Iterator[Clock]:
    """The filled demo, at the story's Sunday afternoon; its jobs are in a lake of their own."""
    with lake_in(tmp_path):
        kept("valmorin", lambda: prepare(tmp_path))
        yield clock


@pytest.fixture
def marked(cast: Cast) -> Cast:
    """A database marked as a demo, with the small cast."""
    Installation.objects.create(pk=1, demo=True, created_at=SUNDAY)
    return cast


def test_it_never_touches_somebodys_data(cast: Cast, tmp_path: Path):
    with pytest.raises(Refused):
        prepare(tmp_path)
    assert not actions.is_demo()
    assert Person.objects.count() == 7


def test_a_first_start_shows_a_believable_centre(valmorin: Clock, tmp_path: Path):
    held = {(row.duty.code, row.level) for row in on_duty(valmorin.now())}
    assert held == {(duty, level) for duty in ("production", "support", "tpm") for level in (1, 2)}
    past = [row for row in queries.outages() if row.ended_at]
    assert len(past) >= 6
    assert {row.data_lost for row in past} >= {DataLost.NO, DataLost.YES}
    kept = [promise.kept(valmorin.now()) for row in past for promise in queries.report_of(row).promises]
    assert kept.count(False) >= 1
    assert kept.count(True) > 3 * kept.count(False)

    now_on = queries.ongoing().get()
    due = queries.due(now_on)
    assert due is not None
    assert timedelta(0) < due.at - valmorin.now() < timedelta(minutes=20)
    assert queries.open_questions(now_on).count() == 1
    assert queries.alarms_to_judge().get().service is None

    waiting = Delivery.objects.filter(state=IntentState.WAITING)
    assert {mail.created_at > SUNDAY - timedelta(hours=1) for mail in waiting} == {True}
    assert 5 < waiting.count() < 30

    looked = overview()
    assert looked is not None
    assert looked.causes >= 2
    assert looked.explained > 0.7

    before = (Person.objects.count(), Outage.objects.count(), Delivery.objects.count())
    prepare(tmp_path)  # started again at once: nothing new
    assert (Person.objects.count(), Outage.objects.count(), Delivery.objects.count()) == before


def test_started_again_weeks_later_it_is_fresh(valmorin: Clock, tmp_path: Path):
    slept_through = queries.ongoing().get()
    valmorin.tick(days=80)
    prepare(tmp_path)
    assert queries.outage(slept_through.pk).state == "reviewed"
    assert queries.ongoing().get().starts_at > valmorin.now() - timedelta(hours=1)
    ahead = on_duty(valmorin.now() + timedelta(weeks=5))
    assert {row.duty.code for row in ahead} == {"production", "support", "tpm", "storage", "network"}


def test_a_demo_of_before_the_rotations_goes_on_with_them(valmorin: Clock, tmp_path: Path):
    Rotation.objects.all().delete()
    Swap.objects.all().delete()
    Absence.objects.all().delete()
    Shift.objects.filter(duty__code="network").delete()
    Duty.objects.filter(code="network").delete()
    prepare(tmp_path)
    ahead = on_duty(valmorin.now() + timedelta(weeks=2))
    assert {row.duty.code for row in ahead} >= {"production", "network"}


@pytest.mark.parametrize("path", ["/demo/", "/demo/mailbox", "/demo/mailbox/1", "/demo/mailbox/1/html"])
def test_its_doors_are_shut_on_a_real_desk(cast: Cast, client: Client, path: str):
    assert client.get(path).status_code == 404
    assert client.post("/demo/login/amina").status_code == 404
    assert "_auth_user_id" not in client.session


def test_anybody_can_be_anybody_by_a_button(marked: Cast, client: Client):
    page = client.get(reverse("demo"))
    assert all(person.name in page.content.decode() for person in Person.objects.all())
    assert client.get(reverse("demo_login", args=["lucie"])).status_code == 405
    assert client.post(reverse("demo_login", args=["nobody"])).status_code == 404
    client.post(reverse("demo_login", args=["lucie"]))
    assert client.session["_auth_user_id"] == str(Person.objects.get(login="lucie").pk)


def _mail(subject: str, text: str, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "vigie@valmorin.example",
        "élo@borée.example",
        subject,
    )
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_the_mailbox_really_receives_and_shows_it_safely(
    marked: Cast, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "mailbox"
    monkeypatch.setattr(views, "_folder", lambda: folder)
    with mailbox_server(folder) as box:
        with smtplib.SMTP(box.host, box.port, timeout=5) as smtp:
            hostile = '<p>Bonjour</p><script>alert("x")</script>'
            smtp.send_message(
                _mail("Panne <b>é</b>", "Ça revient.\n" * 3, hostile), to_addrs=["elodie@boree.example"]
            )
        with pytest.raises(OSError, match="in use"), mailbox_server(folder, port=box.port):
            pass
    row = mailbox.received(folder)[0]
    listing = client.get(reverse("demo_mailbox")).content.decode()
    assert "Panne &lt;b&gt;é&lt;/b&gt;" in listing
    assert "Panne" not in client.get(reverse("demo_mailbox"), {"q": "réseau"}).content.decode()
    page = client.get(reverse("demo_mail", args=[row.key]))
    assert "Ça revient." in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    frame = client.get(reverse("demo_mail_html", args=[row.key]))
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "script-src" not in frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    for key in ("..", "nothing", "%2e%2e%2fsecret-key"):
        assert client.get(f"/demo/mailbox/{key}").status_code == 404
