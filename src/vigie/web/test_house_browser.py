"""People, duty, catalogue, experiments and the demo in a real Chromium: axe, width, both themes and languages."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.duty.models import Shift
from vigie.kernel.models import Installation
from vigie.outages.actions import declare_sudden
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = (
    "/people",
    "/people/lucie",
    "/people/+add",
    "/people/amina/leave",
    "/people/bruno/token",
    "/duty",
    "/duty?week=2026-W44",
    "/duty/+shifts",
    "/duty/+shift",
    "/import",
    "/export",
    "/experiments/+accounts",
    "/services",
    "/services/storage",
    "/services/farm/edit",
    "/experiments",
    "/experiments/lyra",
    "/experiments/lyra/contacts/+add",
    "/demo/",
    "/demo/mailbox",
)


def be(page: Page, url: str, person: Person) -> None:
    client = Client()
    client.force_login(person, backend=BACKEND)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


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
    live_server: Any, cast: Cast, page: PageFactory, reader: dict[str, Any]
):
    Installation.objects.create(pk=1, demo=True, created_at=SUNDAY)
    declare_sudden(cast.amina, services={"storage": "down"})
    tab = page(**reader, base_url=live_server.url)
    be(tab, live_server.url, cast.ada)
    for url in PAGES:
        tab.goto(url)
        found = Axe().run(tab).response["violations"]
        assert not [(fault["id"], fault["nodes"][0]["target"]) for fault in found], url
        assert tab.evaluate("document.documentElement.scrollWidth") <= reader["width"], url


def test_a_lead_enters_a_shift_by_keyboard(live_server: Any, cast: Cast, page: PageFactory):
    tab = page(locale="en", base_url=live_server.url)
    be(tab, live_server.url, cast.odile)
    tab.goto("/duty")
    tab.keyboard.press("n")
    tab.get_by_label("Person").select_option("bruno")
    tab.get_by_label("From").fill("2026-11-23 20:00")
    tab.get_by_label("Until").fill("2026-11-23 08:00")
    tab.get_by_role("button", name="Add the shift").click()
    expect(tab.get_by_role("alert")).to_contain_text("ends before it starts")
    tab.get_by_label("Until").fill("2026-11-24 08:00")
    tab.get_by_role("button", name="Add the shift").click()
    expect(tab.get_by_role("status")).to_contain_text("Bruno Leroy")
    expect(tab.locator(".lane .shift", has_text="B. Leroy")).to_have_count(1)
    assert Shift.objects.filter(person=cast.bruno).count() == 1
