"""The composer of each kind of notice in a real Chromium: axe, both languages, phone and desk; its keyboard; no script."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.support.browser import DESK, PHONE, PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.clock import Clock
from vigie.notices.models import Version, VersionState
from vigie.notices.rules import Kind
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Opener = Callable[..., Page]


@pytest.fixture
def opened(page: PageFactory, live_server: LiveServer) -> Opener:
    """`opened(person, path, …)`: a page of the real desk as this person sees it."""

    def open_as(person: Person, path: str, **options: Any) -> Page:
        tab = page(base_url=live_server.url, **options)
        client = Client()
        client.force_login(person, backend=BACKEND)
        session = client.cookies["sessionid"].value
        tab.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        tab.goto(path)
        return tab

    return open_as


def tell(cast: Cast, outage: Outage, kind: Kind | None = None) -> None:
    version = actions.compose(cast.lucie, outage, kind)
    actions.approve(cast.lucie, outage, version)
    actions.publish(cast.lucie, outage, version)


def planned(cast: Cast, *, announced: bool = True) -> Outage:
    outage = actions.plan(
        cast.amina,
        windows={
            "storage": Window("down", START, START + 10 * HOUR),
            "farm": Window("degraded", START, START + 30 * HOUR),
        },
        asked_follower=cast.lucie,
    )
    actions.accept_following(cast.lucie, outage)
    if announced:
        tell(cast, outage)
    return outage


def at(kind: Kind, cast: Cast, clock: Clock) -> Outage:
    """A planned outage that has come to where this notice is the next word."""
    outage = planned(cast, announced=kind != Kind.ANNOUNCEMENT)
    if kind == Kind.CHANGE:
        clock.tick(minutes=5)
        actions.change_window(cast.amina, outage, "farm", Window("down", START + HOUR, START + 20 * HOUR))
    if kind == Kind.CANCELLATION:
        clock.tick(minutes=5)
        actions.cancel(cast.amina, outage, why="parts are late")
    if kind in {Kind.START, Kind.UPDATE, Kind.END}:
        clock.tick(minutes=int((START - SUNDAY).total_seconds() // 60))
        actions.start(cast.amina, outage)
    if kind in {Kind.UPDATE, Kind.END}:
        tell(cast, outage)
        clock.tick(minutes=20)
    if kind == Kind.END:
        actions.end(cast.amina, outage, data_lost="no")
    return outage


KINDS = [Kind.ANNOUNCEMENT, Kind.REMINDER, Kind.START, Kind.UPDATE, Kind.CHANGE, Kind.CANCELLATION, Kind.END]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_composer_of_each_kind_has_no_faults_in_either_language(
    kind: Kind, cast: Cast, clock: Clock, opened: Opener
) -> None:
    outage = at(kind, cast, clock)
    draft = actions.compose(cast.lucie, outage, kind)
    assert draft.notice.kind == kind
    for locale, width in (("fr", DESK), ("en", PHONE)):
        tab = opened(
            cast.lucie,
            f"/outages/{outage.pk}/notices/{draft.pk}",
            locale=locale,
            width=width,
            theme="dark" if width == PHONE else "light",
        )
        found = Axe().run(tab).response["violations"]
        assert not [(row["id"], row["nodes"][0]["html"][:200]) for row in found], (kind, locale)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, (kind, locale)
        expect(tab.locator("#look")).not_to_be_empty()
        tab.close()


def focused(tab: Page) -> str:
    return str(tab.evaluate("document.activeElement.id || document.activeElement.value || ''"))


def test_a_notice_is_written_and_published_by_keyboard_alone(
    cast: Cast, clock: Clock, opened: Opener
) -> None:
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    tab = opened(cast.lucie, "/desk", locale="en")
    tab.keyboard.press("u")  # the one primary action of the desk
    tab.wait_for_url("**/notices/*")
    for wanted, words in (
        ("id_fr-what", "Une alimentation a lâché."),
        ("id_en-what", "A power supply failed."),
    ):
        for _press in range(60):
            tab.keyboard.press("Tab")
            if focused(tab) == wanted:
                break
        assert focused(tab) == wanted
        tab.keyboard.type(words)
    expect(tab.locator("#look")).to_contain_text("A power supply failed.")
    for _press in range(80):
        tab.keyboard.press("Tab")
        if focused(tab) == "publish":
            break
    assert focused(tab) == "publish"
    tab.keyboard.press("Enter")
    expect(tab.locator(".messages")).to_contain_text("on their way")
    assert Version.objects.get(notice__thread=outage.thread).state == VersionState.PUBLISHED


def test_a_planned_outage_goes_from_plan_to_announcement_without_script(
    cast: Cast, clock: Clock, opened: Opener
) -> None:
    tab = opened(cast.amina, "/outages/plan", locale="en", script=False)
    tab.get_by_label("dCache storage", exact=True).check()
    tab.get_by_label("Start", exact=True).fill("2026-12-08 08:00")
    tab.get_by_label("End", exact=True).fill("2026-12-08 18:00")
    tab.get_by_label("Operations contact").select_option(str(cast.amina.pk))
    tab.locator("#id_asked_follower").select_option(str(cast.lucie.pk))
    tab.get_by_role("button", name="Check", exact=True).click()
    expect(tab.locator("#check")).not_to_be_empty()
    tab.get_by_role("button", name="Plan it as a draft").click()
    tab.wait_for_url("**/outages/*")
    outage = Outage.objects.get()
    follower = opened(cast.lucie, f"/outages/{outage.pk}", locale="en", script=False)
    follower.get_by_role("button", name="Accept to follow").first.click()
    follower.get_by_role("button", name="Write the announcement").first.click()
    follower.wait_for_url("**/notices/*")
    follower.locator("button[value=publish]").click()
    expect(follower.locator(".messages")).to_contain_text("on their way")
    outage.refresh_from_db()
    assert outage.state == "announced"
