"""Sending a file and seeing what it would change, in a real Chromium: axe, width, both themes and languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import Cast

from vigie.dayone import actions
from vigie.experiments.actions import save_accounts
from vigie.experiments.rules import Account
from vigie.kernel.access import System
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FILE = "login,name,phone,office\nnina,Nina Côté,42 40,3\namina,Amina Martin-Lefèvre,,\n=x,Formula,,\n"


def log_in(tab: Page, url: str, login: str) -> None:
    client = Client()
    client.force_login(Person.objects.get(login=login), backend=BACKEND)
    tab.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


@pytest.mark.parametrize(
    "reader",
    [{"locale": "fr", "width": 390, "theme": "dark"}, {"locale": "en", "width": 1280, "theme": "light"}],
)
def test_a_file_goes_from_the_form_to_the_outcome(
    cast: Cast, page: PageFactory, live_server, tmp_path, reader
):
    save_accounts(
        System(), [Account("farm", "jroche", "orion", "Jean Roche", "jean@x.test"), Account("gpu", "nobody")]
    )
    (tmp_path / "staff.csv").write_text(FILE, "utf-8")
    tab = page(**reader)
    log_in(tab, live_server.url, "ada")

    def sound() -> None:
        assert Axe().run(tab).response["violations"] == []
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    tab.goto(f"{live_server.url}/import?kind=people")
    sound()
    tab.locator("input[type=file]").set_input_files(tmp_path / "staff.csv")
    tab.locator("main form button.primary").click()
    expect(tab.locator("h1")).to_contain_text("staff.csv")
    sound()
    tab.locator("main form button.primary").click()
    expect(tab.locator("progress")).to_be_visible()
    sound()
    actions.carry_out_wanted()
    tab.reload()
    expect(tab.locator("progress")).to_have_count(0)
    sound()
    for path in ("/export", "/experiments/+accounts", "/experiments/orion"):
        tab.goto(f"{live_server.url}{path}")
        sound()
