"""The pages of calls: the link that needs no login, the list, one escalation, and how a duty is called."""

import re

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.duty.escalation import actions, links, queries
from vigie.duty.escalation.models import Escalation
from vigie.kernel.clock import Clock
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def as_(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def called(cast: Cast) -> Escalation:
    return actions.call(cast.lucie, cast.production, "Smoke in row C")


def link(escalation: Escalation) -> str:
    step = escalation.steps.get(kind="called")
    return (
        links.answer_link(step).partition("/escalations")[1]
        + links.answer_link(step).partition("/escalations")[2]
    )


def test_looking_at_the_link_does_nothing_the_button_acknowledges_without_a_login(
    cast: Cast, called: Escalation
):
    stranger = Client()
    for _ in range(3):  # a scanner of mails
        page = stranger.get(link(called))
        assert page.status_code == 200
        assert "<form" in page.content.decode()
    called.refresh_from_db()
    assert called.acknowledged_at is None
    assert stranger.post(link(called)).status_code == 200
    called.refresh_from_db()
    assert called.acknowledged_by == cast.amina
    again = stranger.get(link(called))
    assert "Amina Martin" in again.content.decode()
    assert "<form" not in again.content.decode()
    assert stranger.post(link(called)).status_code == 409
    assert again.headers["Referrer-Policy"] == "same-origin"


def test_a_link_that_is_altered_or_too_old_says_so(called: Escalation, clock: Clock):
    stranger = Client()
    assert stranger.get(f"{link(called)}x").status_code == 404
    assert stranger.post(f"{link(called)}x").status_code == 404
    clock.tick(hours=13)
    assert stranger.get(link(called)).status_code == 410
    assert stranger.post(link(called)).status_code == 410


def test_the_button_of_the_link_is_no_other_site_s(called: Escalation):
    assert Client(enforce_csrf_checks=True).post(link(called)).status_code == 403


def test_the_list_filters_exports_and_leads_to_the_timeline(cast: Cast, called: Escalation):
    client = as_(cast.lucie)
    assert (
        "Smoke in row C" in client.get("/escalations?state=calling&duty=production&q=smoke").content.decode()
    )
    assert "Smoke" not in client.get("/escalations?state=over").content.decode()
    rows = client.get("/escalations?format=json").json()["escalations"]
    assert [(row["state"], row["duty"]) for row in rows] == [("calling", "production")]
    assert "Smoke" in client.get("/escalations?format=csv").content.decode()
    page = client.get(f"/escalations/{called.pk}").content.decode()
    assert "Amina Martin" in page
    assert "mail: waiting" in page
    assert client.post(f"/escalations/{called.pk}/acknowledge").status_code == 302
    assert "Lucie Petit sees to it" in client.get(f"/escalations/{called.pk}").content.decode()
    assert client.post(f"/escalations/{called.pk}/done").status_code == 302
    assert queries.escalation(called.pk).closed_at is not None


def test_open_calls_stand_on_the_desk_with_one_button(cast: Cast, called: Escalation):
    client = as_(cast.bruno)
    page = client.get("/desk").content.decode()
    assert f"/escalations/{called.pk}/acknowledge" in page
    answer = client.post(f"/escalations/{called.pk}/acknowledge", {"back": "desk"})
    assert answer.headers["Location"] == "/desk"
    assert "Bruno Leroy sees to it" in client.get("/desk").content.decode()


def test_a_lead_says_how_a_duty_is_called(cast: Cast):
    client = as_(cast.odile)
    typed = {"patience": 5, "backup_after": 4, "lead_after": 3, "again_after": 2, "rounds": 2, "grace": 30}
    half = client.post("/escalations/policies/production", {**typed, "quiet_from": "22:00"})
    assert half.status_code == 422
    assert "beginning and an end" in half.content.decode()
    whole = client.post(
        "/escalations/policies/production", {**typed, "quiet_from": "22:00", "quiet_until": "07:00"}
    )
    assert whole.status_code == 302
    row = queries.policy(cast.production)
    assert (row.patience, row.rounds, row.quiet_from.hour if row.quiet_from else None) == (5, 2, 22)
    assert as_(cast.amina).get("/escalations/policies/production").status_code == 403
    assert client.get("/escalations/policies/nothing").status_code == 404


def test_a_second_click_calls_once(cast: Cast):
    client = as_(cast.lucie)
    page = client.get("/escalations/call?duty=production").content.decode()
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    typed = {"duty": "production", "what": "Smoke", "urgency": "high", "key": key[1]}
    first, second = (client.post("/escalations/call", typed) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Escalation.objects.count() == 1
