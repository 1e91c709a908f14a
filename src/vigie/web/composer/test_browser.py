"""The composer in a real Chromium: live previews, counters, unsaved words, axe, both languages, phone and desk."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.support.browser import DESK, PHONE, PageFactory
from tests.support.cast import Cast

from vigie.notices.models import Version, VersionState
from vigie.outages import actions
from vigie.outages.models import Outage
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Desk:
    """A draft, the server that shows it, and a way in."""

    def __init__(self, server: LiveServer, open_page: PageFactory, person: Person, outage: Outage) -> None:
        self.outage, self._server, self._open, self._person = outage, server, open_page, person
        self.draft = Version.objects.get(notice__thread=outage.thread)

    def page(self, path: str = "", **how: Any) -> Page:
        client = Client()
        client.force_login(self._person, backend=BACKEND)
        page = self._open(base_url=self._server.url, **how)
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self._server.url}]
        )
        page.goto(path or f"/outages/{self.outage.pk}/notices/{self.draft.pk}")
        return page


@pytest.fixture
def desk(live_server: LiveServer, cast: Cast, page: PageFactory) -> Desk:
    outage = actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "degraded"}).outage
    return Desk(live_server, page, cast.lucie, outage)


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its screen."""
    found = [
        f"{row['id']}: {row['nodes'][0]['html'][:200]}" for row in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_composer_has_no_faults(desk: Desk, locale: str, width: int):
    page = desk.page(locale=locale, width=width, theme="dark" if width == PHONE else "light")
    page.locator("#readers > summary").click()
    assert faults(page) == []
    page.fill("#id_fr-what", "Une alimentation a lâché.")
    page.locator("button[value=publish]").click()
    expect(page.locator(".message.refused")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_published_notice_and_the_list_have_no_faults(desk: Desk, cast: Cast, locale: str):
    for words in ("disk", "power supply"):
        actions.edit(
            cast.lucie,
            desk.outage,
            desk.draft,
            paragraphs={"fr": {"what": f"fr {words}"}, "en": {"what": f"The {words} failed."}},
            flashes={},
        )
        actions.approve(cast.lucie, desk.outage, desk.draft)
        actions.publish(cast.lucie, desk.outage, desk.draft)
        last, desk.draft = desk.draft, desk.draft
        if words == "disk":
            desk.draft = actions.correct(cast.lucie, desk.outage, last, why="It was the power supply.")
    page = desk.page(locale=locale)
    page.locator("label[for=look-changes]").click()
    expect(page.locator("del").first).to_be_visible()
    assert faults(page) == []
    assert faults(desk.page("/notices", locale=locale, width=PHONE)) == []


def test_previews_remarks_and_counters_follow_the_typing(desk: Desk):
    page = desk.page(locale="en")
    page.fill("#id_en-what", "A power supply <b>failed</b>.")
    expect(page.locator("#look")).to_contain_text("A power supply <b>failed</b>.")
    expect(page.locator("#remarks-what")).to_contain_text("Written in English only")
    page.fill("#id_en-flash", "😀" * 201)
    counter = page.locator("[data-counts=id_en-flash]")
    expect(counter).to_have_text("201/200")
    expect(counter).to_have_class("counter is-over")
    page.fill("#id_next_update_by", "16:40")
    expect(page.locator("#said-en-next_update")).to_contain_text("at 16:40 (Paris time, CET)")
    expect(page.locator("#id_next_update_by")).to_be_focused()


def test_unsaved_words_are_not_left_behind_in_silence(desk: Desk):
    page = desk.page(locale="en")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.type("#id_en-what", "Words.")
    page.locator(".opening a.button").click()
    expect(page.locator("#id_en-what")).to_have_value("Words.")
    assert asked == ["beforeunload"]


def test_it_works_without_script(desk: Desk):
    page = desk.page(locale="en", script=False)
    page.fill("#id_en-what", "A power supply failed.")
    page.fill("#id_fr-what", "Une alimentation a lâché.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#look")).to_contain_text("A power supply failed.")
    page.get_by_role("button", name="Approve and publish to 3 contacts").click()
    expect(page.locator(".messages")).to_contain_text("3 mails are on their way")
    desk.draft.refresh_from_db()
    assert desk.draft.state == VersionState.PUBLISHED


def test_enter_in_the_time_saves_and_does_not_publish(desk: Desk):
    page = desk.page(locale="en")
    page.fill("#id_next_update_by", "16:40")
    page.press("#id_next_update_by", "Enter")
    expect(page.locator(".messages")).to_contain_text("The draft is saved.")
    desk.draft.refresh_from_db()
    assert desk.draft.state == VersionState.DRAFT
