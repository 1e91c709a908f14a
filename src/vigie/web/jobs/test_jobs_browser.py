"""Jobs in a real Chromium: axe, width, both languages and themes; from a finding to one job by the keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast
from tests.support.farm import batch, farm_of_users, job, lake_in, sample

from vigie.jobs.findings import synthesis
from vigie.jobs.findings.actions import exempt
from vigie.jobs.findings.models import Finding
from vigie.jobs.findings.queries import farm
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = (
    "/desk/jobs",
    "/desk/jobs/list",
    "/desk/jobs/list?rack=r9",
    "/desk/jobs/experiments",
    "/desk/jobs/nodes",
    "/desk/jobs/peers",
    "/desk/jobs/job/farm/92",
    "/desk/jobs/exemptions",
    "/desk/jobs/exemptions/+add",
)


@pytest.fixture(autouse=True)
def _lake(tmp_path: Path) -> Iterator[None]:
    with lake_in(tmp_path):
        yield


@pytest.fixture
def bad_rack(cast: Cast) -> Finding:
    farm_of_users()
    ended = [job(number, SUNDAY, bad=False, ended=SUNDAY) for number in range(60)]
    farm.lake().write_jobs(batch(ended), SUNDAY)
    sample({2}, at=SUNDAY, count=240)
    synthesis.look_at_running()
    exempt(cast.lucie, kind="user", value="bob", reason="Reads tapes.", until=SUNDAY.replace(month=12))
    return Finding.objects.get()


def be(page: Page, url: str, person: Person) -> None:
    client = Client()
    client.force_login(person, backend=BACKEND)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


@pytest.mark.parametrize(
    "reader",
    [
        {"locale": "fr", "width": 390, "theme": "light"},
        {"locale": "en", "width": 1280, "theme": "dark"},
    ],
)
def test_every_page_is_accessible_and_fits(
    live_server: Any, page: PageFactory, cast: Cast, bad_rack: Finding, reader: dict[str, Any]
):
    tab = page(**reader, base_url=live_server.url)
    tab.set_default_timeout(60_000)  # the first chart loads its library
    be(tab, live_server.url, cast.lucie)
    for url in (*PAGES, f"/desk/jobs/findings/{bad_rack.pk}"):
        tab.goto(url)
        found = Axe().run(tab).response["violations"]
        assert not [(fault["id"], fault["nodes"][0]["target"]) for fault in found], url
        assert tab.evaluate("document.documentElement.scrollWidth") <= reader["width"], url


def test_from_the_sentence_to_one_job_by_the_keyboard(
    live_server: Any, page: PageFactory, cast: Cast, bad_rack: Finding
):
    tab = page(locale="en", base_url=live_server.url)
    tab.set_default_timeout(30_000)
    be(tab, live_server.url, cast.lucie)
    tab.goto("/desk")
    tab.keyboard.press("g")
    tab.keyboard.press("j")
    tab.wait_for_url("**/desk/jobs")
    tab.get_by_role("link", name="in rack r2").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("in rack r2")
    tab.get_by_role("link", name="See its 60 jobs").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("60 bad jobs run now")
    tab.locator("table.jobs tbody th a").first.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_contain_text("has wasted")
