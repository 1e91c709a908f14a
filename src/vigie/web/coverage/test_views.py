"""The pages of coverage say what the rules say, to everybody; leads arrange."""

import csv
import io
import json
from datetime import date

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.experiments.coverage import actions
from vigie.experiments.coverage.models import Coverage, TakingOver
from vigie.people.actions import plan_departure

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
JULY = date(2027, 7, 1)


def logged_in(person: object) -> Client:
    client = Client(**ENGLISH)  # type: ignore[arg-type] # headers by their WSGI names
    client.force_login(person, backend=BACKEND)  # type: ignore[arg-type] # a person
    return client


@pytest.fixture
def lead(cast: Cast) -> Client:
    for person, experiment, level in (
        (cast.lucie, cast.lyra, "primary"),
        (cast.denis, cast.lyra, "training"),
        (cast.denis, cast.orion, "primary"),
        (cast.sara, cast.orion, "backup"),
        (cast.sara, None, "primary"),
    ):
        actions.cover(
            cast.sara, person=person, experiment=experiment, level=level, starts_on=date(2024, 1, 1)
        )
    plan_departure(cast.sara, cast.lucie, on=JULY)
    return logged_in(cast.sara)


def text(client: Client, url: str, **words: str) -> str:
    answer = client.get(url, words)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_map_shows_the_hole_of_july_in_words_and_numbers(lead: Client):
    page = text(lead, "/coverage")
    assert "Lyra: nobody from 1 July 2027" in page
    assert "July 2027: nobody" in page
    assert "June 2027: only one person" in page
    assert "Lucie Petit leaves" in page
    assert "line=lyra&amp;starts_on=2027-07-01" in page


def test_the_map_filters_and_can_be_carried_away(lead: Client):
    assert "Orion" not in text(lead, "/coverage", domain="Particles").split("<tbody>")[1]
    assert "Lyra" not in text(lead, "/coverage", person="sara").split("<tbody>")[1].split("</tbody>")[0]
    assert "No line fits" in text(lead, "/coverage", domain="Nothing")
    rows = list(csv.DictReader(io.StringIO(lead.get("/coverage?format=csv").content.decode("utf-8-sig"))))
    (july,) = [row for row in rows if (row["line"], row["month"]) == ("lyra", "2027-07")]
    assert (july["state"], july["fewest"], july["cause"], july["from"]) == (
        "none",
        "0",
        "departure",
        "2027-07-01",
    )
    assert len(json.loads(lead.get("/coverage?format=json").content)["coverage"]) == 36


def test_a_line_says_who_answers_and_a_stranger_to_it_is_missing(lead: Client, cast: Cast):
    page = text(lead, "/coverage/lines/lyra")
    assert "Lucie Petit answers for Lyra today" in page
    assert "doesn’t count yet" in page
    assert "Nobody covers Lyra today" not in page
    assert "Sara Weber answers for General support today" in text(lead, "/coverage/lines/+general")
    assert lead.get("/coverage/lines/nothing").status_code == 404
    assert "coverage_add" not in text(logged_in(cast.amina), "/coverage/lines/lyra")


def test_everybody_reads_who_covers_what(lead: Client, cast: Cast):
    page = text(logged_in(cast.amina), "/coverage/who")
    assert "leaves on 1 July 2027" in page
    assert "/coverage/lines/orion" in page
    assert "Nobody fits" in text(lead, "/coverage/who", q="zzz")


def test_a_lead_closes_the_hole_by_the_form(lead: Client, cast: Cast):
    form = {"line": "lyra", "person": "sara", "level": "backup", "starts_on": "2027-06-01", "ends_on": ""}
    refused = lead.post("/coverage/+add", form | {"ends_on": "2027-05-01"})
    assert refused.status_code == 422
    assert "would end before it begins" in refused.content.decode()
    assert lead.post("/coverage/+add", form).headers["Location"] == "/coverage/lines/lyra"
    assert lead.post("/coverage/+add", form).status_code == 302  # a second click
    row = Coverage.objects.get(person=cast.sara, experiment=cast.lyra)
    assert "nobody from" not in text(lead, "/coverage/lines/lyra")
    assert lead.post(f"/coverage/rows/{row.pk}/end", {"on": "2027-08-01"}).status_code == 302
    assert "August 2027: nobody" in text(lead, "/coverage/lines/lyra")
    assert (
        lead.post(f"/coverage/rows/{row.pk}/level", {"level": "primary", "on": "2027-07-01"}).status_code
        == 302
    )
    later = Coverage.objects.get(person=cast.sara, experiment=cast.lyra, level="primary")
    assert lead.post(f"/coverage/rows/{later.pk}/withdraw").status_code == 302
    assert lead.post("/coverage/+add", form | {"line": "nothing", "person": "x"}).status_code == 422


def test_a_departure_is_typed_by_a_lead(lead: Client, cast: Cast):
    page = lead.post("/people/denis/departure", {"on": "2026-11-01", "ending": "departure"})
    assert page.status_code == 422
    assert lead.post("/people/denis/departure", {"on": "2027-03-01", "ending": "contract"}).status_code == 302
    assert "contract of Denis Blanc ends" in text(lead, "/coverage/lines/orion")
    lead.post("/people/denis/departure", {"on": "", "ending": "contract"})
    cast.denis.refresh_from_db()
    assert cast.denis.employed_until is None


def test_what_changes_hands_is_followed_from_the_page(lead: Client, cast: Cast):
    form = {
        "key": "k",
        "thing": "line:lyra",
        "what": "the weekly call",
        "giver": "lucie",
        "taker": "denis",
        "due_on": "2026-12-24",
    }
    assert lead.post("/coverage/taking-over/+add", form | {"thing": "", "what": ""}).status_code == 422
    for _click in range(2):
        assert lead.post("/coverage/taking-over/+add", form).status_code == 302
    row = TakingOver.objects.get()
    assert "Lyra · the weekly call" in text(lead, "/coverage/taking-over")
    denis = logged_in(cast.denis)
    desk = text(denis, "/desk")
    assert "Lyra · the weekly call" not in desk  # a month away
    assert denis.post(f"/coverage/taking-over/{row.pk}/close", {"do": "done"}).status_code == 302
    assert denis.post(f"/coverage/taking-over/{row.pk}/close", {"do": "x"}).status_code == 422
    assert lead.post(f"/coverage/taking-over/{row.pk}/close", {"do": "open"}).status_code == 302
    hand_on = {"taker": "sara", "due_on": "2026-12-01"}
    assert lead.post(f"/coverage/taking-over/{row.pk}/hand-on", hand_on).status_code == 302
    assert "You are to take over" in text(lead, "/desk")
    assert "Lyra · the weekly call" in text(lead, "/desk")


def test_the_desk_of_a_lead_shows_holes_and_that_of_others_does_not(lead: Client, cast: Cast):
    plan_departure(cast.sara, cast.lucie, on=date(2027, 2, 1))
    assert "Lyra: nobody from 1 February 2027" in text(lead, "/desk")
    assert "nobody from" not in text(logged_in(cast.denis), "/desk")
