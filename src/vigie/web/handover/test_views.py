"""The hand-over's page: written, given, accepted by one of two, asked about; red where it is late."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import add_shift
from vigie.duty.escalation.models import CallingPolicy
from vigie.duty.handover import actions, queries
from vigie.duty.handover.models import HandOver
from vigie.duty.models import Duty
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.outages import actions as outages
from vigie.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
END = SUNDAY + timedelta(hours=6)


def as_(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def row(cast: Cast, clock: Clock) -> HandOver:
    Duty.objects.filter(pk=cast.production.pk).update(checklist_fr="Clés", checklist_en="Keys")
    CallingPolicy.objects.create(duty=cast.production, hands_over=True)
    add_shift(
        System(), duty=cast.production, person=cast.bruno, starts_at=END, ends_at=END + timedelta(hours=9)
    )
    outages.declare_sudden(cast.amina, services={"storage": "down"})
    clock.set(END - timedelta(minutes=30))
    actions.tend()
    return queries.handover(HandOver.objects.get().pk)


def test_the_outgoing_writes_ticks_and_gives_and_the_next_accepts(cast: Cast, row: HandOver):
    giver, taker = as_(cast.amina), as_(cast.bruno)
    page = giver.get("/handover").content.decode()
    assert "Amina Martin hands over to Bruno Leroy" in page
    assert "dCache storage" in page
    typed = {"notes": "The lift is out of order.", "done": "0", "revision": "0"}
    assert giver.post(f"/handover/{row.pk}/save", typed).status_code == 302
    assert "Accept" not in taker.get(f"/handover/{row.pk}").content.decode()
    stale = giver.post(f"/handover/{row.pk}/give", {**typed, "notes": "Older words"})
    assert stale.status_code == 409
    assert "Older words" in stale.content.decode()
    now = queries.handover(row.pk)
    assert giver.post(f"/handover/{row.pk}/give", {**typed, "revision": now.revision}).status_code == 302
    page = taker.get("/handover").content.decode()
    assert "The lift is out of order." in page
    assert f"/handover/{row.pk}/accept" in page
    assert taker.post(f"/handover/{row.pk}/accept").status_code == 302
    again = as_(cast.odile).post(f"/handover/{row.pk}/accept")
    assert again.status_code == 409
    assert "Bruno Leroy" in again.content.decode()
    assert "Bruno Leroy took over from Amina Martin" in taker.get(f"/handover/{row.pk}").content.decode()


def test_a_question_goes_back_and_an_empty_one_keeps_the_page(cast: Cast, row: HandOver):
    actions.give(cast.amina, row, sections=())
    taker = as_(cast.bruno)
    assert taker.post(f"/handover/{row.pk}/decline", {"reason": " "}).status_code == 422
    assert taker.post(f"/handover/{row.pk}/decline", {"reason": "Which lift?"}).status_code == 302
    assert "Which lift?" in as_(cast.amina).get("/handover").content.decode()


def test_a_late_one_stands_in_words_on_the_desk_and_the_day_page_of_staff_only(
    cast: Cast, row: HandOver, clock: Clock
):
    assert "Hand-over to give" in as_(cast.amina).get("/desk").content.decode()
    clock.set(END + timedelta(minutes=16))
    words = "was not given by Amina Martin"
    assert words in as_(cast.lucie).get("/desk").content.decode()
    assert words in as_(cast.lucie).get("/today").content.decode()
    assert words not in Client(headers={"accept-language": "en"}).get("/today").content.decode()


def test_the_list_filters_and_exports(cast: Cast, row: HandOver):
    actions.give(cast.amina, row, sections=(), notes="Keys in the drawer.")
    client = as_(cast.lucie)
    assert "Amina Martin" in client.get("/handovers?state=unsettled&duty=production").content.decode()
    assert client.get("/handovers?state=accepted&format=json").json() == {"handovers": []}
    rows = client.get("/handovers?person=amina&format=json").json()["handovers"]
    assert [(one["duty"], one["notes"], one["checklist"]) for one in rows] == [
        ("production", "Keys in the drawer.", ["- Keys"])
    ]
    assert client.get(f"/handover/{row.pk}?format=json").json()["state"] == "given"
    assert "Keys in the drawer." in client.get("/handovers?format=csv").content.decode()


def test_without_any_the_page_says_how_it_begins(cast: Cast):
    assert "No shift is being handed over" in as_(cast.lucie).get("/handover").content.decode()
