"""Coverage in a real Chromium: axe, width, both languages; a hole found and closed, a departure handed over."""

from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import Cast

from vigie.duty.actions import Shape, save_rotation, shape_duty
from vigie.experiments.coverage import actions
from vigie.people.actions import plan_departure
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = (
    "/coverage",
    "/coverage?domain=nothing",
    "/coverage/lines/lyra",
    "/coverage/lines/+general",
    "/coverage/+add?line=lyra&starts_on=2027-07-01",
    "/coverage/who",
    "/coverage/taking-over",
    "/coverage/taking-over/+add",
    "/people/denis/departure",
    "/people/lucie",
    "/coverage/leaving/lucie",
    "/coverage/what-if",
    "/coverage/what-if?without=lucie&on=2027-07-01&newcomers=1",
    "/coverage/what-if?without=lucie&on=2020-07-01",
    "/desk",
)


def be(page: Page, url: str, person: Person) -> None:
    client = Client()
    client.force_login(person, backend=BACKEND)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


@pytest.fixture
def covered(cast: Cast) -> Cast:
    for person, experiment, level in (
        (cast.lucie, cast.lyra, "primary"),
        (cast.denis, cast.lyra, "training"),
        (cast.lucie, cast.orion, "backup"),
        (cast.sara, cast.orion, "primary"),
        (cast.denis, None, "primary"),
    ):
        actions.cover(
            cast.sara, person=person, experiment=experiment, level=level, starts_on=date(2024, 1, 1)
        )
    support = shape_duty(cast.sara, cast.support, Shape(rhythm="weekly", handovers="8:00", weekdays=[0]))
    two = [cast.lucie, cast.denis]
    save_rotation(cast.sara, support, starts_on=date(2026, 11, 23), every="week", people=two)
    plan_departure(cast.sara, cast.lucie, on=date(2027, 7, 15))
    words = {"what": "the weekly call", "experiment": cast.lyra, "giver": cast.lucie}
    for key, taker, due in (("a", cast.sara, date(2026, 11, 30)), ("b", cast.denis, date(2027, 6, 1))):
        actions.take_over(cast.sara, key=key, taker=taker, due_on=due, **words)
    done = actions.take_over(cast.sara, key="c", what="keys", taker=cast.denis, due_on=date(2026, 12, 1))
    actions.close_taking_over(cast.denis, done)
    return cast


@pytest.mark.parametrize(
    "reader",
    [
        {"locale": "fr", "width": 1280, "theme": "light"},
        {"locale": "en", "width": 1280, "theme": "dark"},
        {"locale": "fr", "width": 390, "theme": "dark"},
        {"locale": "en", "width": 390, "theme": "light"},
    ],
)
def test_every_page_is_accessible_and_fits(
    live_server: Any, covered: Cast, page: PageFactory, reader: dict[str, Any]
):
    tab = page(**reader, base_url=live_server.url)
    tab.set_default_timeout(60_000)  # the first chart loads its library
    be(tab, live_server.url, covered.sara)
    for url in PAGES:
        tab.goto(url)
        found = Axe().run(tab).response["violations"]
        assert not [(fault["id"], fault["nodes"][0]["target"]) for fault in found], url
        assert tab.evaluate("document.documentElement.scrollWidth") <= reader["width"], url


def test_a_lead_finds_the_hole_of_july_and_closes_it(live_server: Any, covered: Cast, page: PageFactory):
    tab = page(locale="en", base_url=live_server.url)
    be(tab, live_server.url, covered.sara)
    tab.goto("/coverage")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Lyra: nobody from 15 July 2027")
    july = tab.get_by_role("row", name="Lyra").first.get_by_role("cell").nth(8)
    expect(july).to_contain_text("July 2027: nobody from 15 July 2027")
    tab.get_by_role("link", name="Find somebody… Lyra, 15 July 2027").click()
    tab.get_by_label("Person").select_option("sara")
    tab.get_by_role("button", name="Note it").click()
    expect(tab.get_by_role("status")).to_contain_text("Noted.")
    tab.goto("/coverage")
    expect(tab.get_by_role("heading", level=1)).not_to_contain_text("Lyra")


def test_what_hangs_on_her_is_handed_over_by_clicks(live_server: Any, covered: Cast, page: PageFactory):
    tab = page(locale="fr", width=390, base_url=live_server.url)
    be(tab, live_server.url, covered.sara)
    tab.goto("/people/lucie")
    tab.get_by_role("link", name="Ce qui tient à cette personne").click()
    tab.get_by_role("button", name="Appliquer les 2 propositions").click()
    expect(tab.get_by_text("2 transmissions faites.")).to_be_visible()
    expect(tab.get_by_text("personne de qualifié")).to_be_visible()
    tab.get_by_role("combobox", name="Qui reprend Orion").select_option("denis")
    tab.get_by_role("button", name="Transmettre Orion").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Plus rien ne repose sur Lucie Petit")
