"""The day page, the wall, a sign and their neighbours in a real Chromium: axe, width, and a desk that goes away."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import Cast

from vigie.duty.actions import Shape, save_duty, shape_duty
from vigie.duty.seen.actions import make_sign
from vigie.kernel.access import System
from vigie.outages import actions
from vigie.people.actions import save_person
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LONG = "Marie-Antoinette Wolfeschlegelsteinhausenbergerdorff von und zu Hohenstein-Valmorin"


def be(page: Page, url: str, person: Person) -> None:
    client = Client()
    client.force_login(person, backend=BACKEND)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


@pytest.fixture
def bad_day(cast: Cast) -> str:
    """Something down, a question open, a duty without anybody, one without backup, a very long name. Path of a sign."""
    outage = actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "degraded"}).outage
    actions.ask(cast.lucie, outage, "Are files written at noon safe?")
    save_duty(System(), code="tpm", name_fr="TPM", name_en="TPM", rank=9, phone="43 00")
    shape_duty(System(), cast.production, Shape(levels=2))
    save_person(System(), login="lucie", name=LONG, groups=[("support", False)])
    _sign, secret = make_sign(cast.odile, label="Door", language="fr")
    return f"/sign/{secret}"


@pytest.mark.parametrize(
    "reader",
    [
        {"locale": "fr", "width": 1280, "theme": "light"},
        {"locale": "en", "width": 390, "theme": "dark"},
        {"locale": "en", "width": 1920, "theme": "dark"},
    ],
)
def test_every_page_is_accessible_and_fits(
    live_server: Any, cast: Cast, bad_day: str, page: PageFactory, reader: dict[str, Any]
):
    tab = page(**reader, base_url=live_server.url)
    be(tab, live_server.url, cast.odile)
    for url in ("/today", "/today/wall", bad_day, "/duty/+signs", "/duty/+signs/add", "/duty/+calendars"):
        tab.goto(url)
        found = Axe().run(tab).response["violations"]
        assert not [(fault["id"], fault["nodes"][0]["target"]) for fault in found], url
        assert tab.evaluate("document.documentElement.scrollWidth") <= reader["width"], url


def test_a_wall_screen_shows_all_at_once(live_server: Any, cast: Cast, bad_day: str, page: PageFactory):
    tab = page(locale="fr", width=1920, base_url=live_server.url)
    tab.set_viewport_size({"width": 1920, "height": 1080})
    be(tab, live_server.url, cast.odile)
    for url in ("/today/wall", bad_day):
        tab.goto(url)
        assert tab.evaluate("document.documentElement.scrollHeight") <= 1080, url


@pytest.mark.parametrize("where", ["/today/wall", "sign"])
def test_a_screen_says_loudly_that_it_is_out_of_date_and_takes_it_back(
    live_server: Any, cast: Cast, bad_day: str, page: PageFactory, where: str
):
    tab = page(locale="en", width=1280, base_url=live_server.url)
    tab.clock.install()
    tab.goto(bad_day if where == "sign" else where)
    band = tab.locator("#stale")
    expect(band).to_be_hidden()
    tab.context.set_offline(True)
    tab.clock.run_for(200_000)
    expect(band).to_be_visible()
    expect(band).to_contain_text("3\u00a0min")
    expect(tab.locator("#complaint")).to_have_count(0)
    tab.context.set_offline(False)
    tab.clock.run_for(61_000)
    expect(tab.locator("html:not(.is-stale)")).to_have_count(1)
    tab.clock.run_for(1_000)
    expect(band).to_be_hidden()


def test_the_wall_renews_itself_without_loading_the_page_anew(
    live_server: Any, cast: Cast, page: PageFactory
):
    tab = page(locale="en", width=1280, base_url=live_server.url)
    be(tab, live_server.url, cast.odile)
    tab.clock.install()
    tab.goto("/today/wall")
    tab.evaluate("window.same = true")
    expect(tab.locator("h1")).to_contain_text("Everything is working")
    actions.declare_sudden(cast.amina, services={"storage": "down"})
    tab.clock.run_for(31_000)
    expect(tab.locator("h1")).to_contain_text("dCache storage")
    assert tab.evaluate("window.same")
