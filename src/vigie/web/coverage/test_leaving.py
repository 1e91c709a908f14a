"""The page of who leaves, and the page of what if."""

from datetime import date

import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.duty.actions import Shape, save_rotation, shape_duty
from vigie.experiments.coverage import actions, queries
from vigie.people.actions import plan_departure
from vigie.web.past.charts import paired

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
JULY = date(2027, 7, 1)


def logged_in(person: object) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person, backend=BACKEND)  # type: ignore[arg-type] # a person
    return client


@pytest.fixture
def lead(cast: Cast) -> Client:
    for person, level in ((cast.lucie, "primary"), (cast.denis, "training")):
        actions.cover(cast.sara, person=person, experiment=cast.lyra, level=level, starts_on=date(2024, 1, 1))
    actions.cover(
        cast.sara, person=cast.lucie, experiment=cast.orion, level="primary", starts_on=date(2024, 1, 1)
    )
    duty = shape_duty(cast.sara, cast.support, Shape(rhythm="weekly", handovers="8:00", weekdays=[0]))
    two = [cast.lucie, cast.denis]
    save_rotation(cast.sara, duty, starts_on=date(2026, 11, 23), every="week", people=two)
    return logged_in(cast.sara)


def test_who_leaves_is_first_asked_for_the_day(lead: Client):
    assert lead.get("/coverage/leaving/lucie").headers["Location"] == "/people/lucie/departure"
    done = lead.post("/people/lucie/departure", {"on": "2027-07-01", "ending": "departure"})
    assert done.headers["Location"] == "/coverage/leaving/lucie"
    page = lead.get("/coverage/leaving/lucie").content.decode()
    assert "3 things hang on Lucie Petit" in page
    assert "nobody qualified" in page  # Orion
    assert "Apply all 2 proposals" in page


def test_one_click_hands_over_and_a_refusal_is_said(lead: Client, cast: Cast):
    plan_departure(cast.sara, cast.lucie, on=JULY)
    url = "/coverage/leaving/lucie/hand-on"
    lead.post(url, {"all": "1"})
    assert queries.cover_of(cast.lyra, queries.clock.now()).persons == (cast.lucie,)
    page = lead.get("/coverage/leaving/lucie").content.decode()
    assert "1 thing hangs on Lucie Petit" in page
    row = queries.of_person(cast.lucie, JULY).get()
    for wrong in (
        {"tie": f"coverage:{row.pk}", "to": ""},
        {"tie": "coverage:999999", "to": "denis"},
        {"tie": "x"},
    ):
        assert lead.post(url, wrong).status_code == 302
    assert queries.of_person(cast.lucie, JULY).count() == 1
    assert logged_in(cast.denis).post(url, {"all": "1"}).status_code == 403
    lead.post(url, {"tie": f"coverage:{row.pk}", "to": "sara"})
    assert "Nothing hangs on Lucie Petit any more" in lead.get("/coverage/leaving/lucie").content.decode()


def test_what_if_shows_before_and_after(lead: Client):
    page = lead.get("/coverage/what-if", {"without": "lucie", "on": "2027-07-01"}).content.decode()
    assert "0 shifts more that nobody can hold, 2 lines more with nobody, in a year" in page
    assert "<svg" in page
    assert '<td class="num" data-label="After">100%</td>' in page.replace("\N{NO-BREAK SPACE}", "")
    assert "What if somebody goes" in lead.get("/coverage/what-if").content.decode()


@pytest.mark.parametrize(
    "words",
    [
        {"without": "nobody-here", "on": "2027-07-01"},
        {"without": "lucie", "on": "2020-07-01"},
        {"without": "lucie", "on": "soon"},
        {"without": "lucie", "on": "2027-07-01", "newcomers": "-1"},
        {"without": "lucie", "on": "2027-07-01", "newcomers": "999999999999"},
        {"on": "2027-07-01"},
    ],
)
def test_a_bad_question_is_answered_beside_its_field(lead: Client, words: dict[str, str]):
    answer = lead.get("/coverage/what-if", words)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()


def test_what_if_is_for_leads(cast: Cast):
    assert logged_in(cast.lucie).get("/coverage/what-if").status_code == 403


@pytest.mark.slow  # a second to load the chart library
def test_the_chart_escapes_names():
    bars = (("<b>Eve</b>", "before", 10.0), ("<b>Eve</b>", "after", 20.0))
    svg = paired(bars, first="before", second="after", unit="%")
    assert "<b>Eve" not in svg
    assert "var(--ink)" in svg
