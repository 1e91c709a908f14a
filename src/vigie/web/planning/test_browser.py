"""Planning, calendar, templates and a planned outage in a real Chromium: axe, width, what is said while one types."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import NoticeRuleRow, Outage
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)
Opener = Callable[..., Page]


@pytest.fixture
def opened(page: PageFactory, live_server: Any, cast: Cast) -> Opener:
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


@pytest.fixture
def planned(cast: Cast, clock: Clock) -> Outage:
    """Announced, moved since, with a work; another draft waits; a template has three."""
    NoticeRuleRow.objects.get_or_create(
        code="5-working-days",
        defaults={"amount": 5, "unit": "working_days", "effect": "down", "lasts_at_least": 120},
    )
    outage = actions.plan(
        cast.amina,
        windows={
            "storage": Window("down", START, START + timedelta(hours=10)),
            "farm": Window("degraded", START, START + timedelta(hours=30)),
        },
        title_en="Switch",
        asked_follower=cast.lucie,
    )
    actions.accept_following(cast.lucie, outage)
    version = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, version)
    actions.publish(cast.lucie, outage, version)
    clock.tick(minutes=5)
    works = {"starts_at": START, "ends_at": START + timedelta(hours=2)}
    actions.add_intervention(cast.amina, outage, what="Replace the switch", **works)
    actions.move(cast.amina, outage, START + timedelta(days=1), why="parts are late")
    soon = START - timedelta(days=13)
    actions.plan(
        cast.amina,
        windows={"site": Window("down", soon, soon + timedelta(hours=30))},
        asked_follower=cast.lucie,
    )
    row = actions.save_template(
        cast.amina,
        code="patches",
        title_fr="Mises à jour",
        title_en="Patches",
        services={"farm": "degraded"},
        at=time(9, 0),
        minutes=120,
        recurrence="FREQ=MONTHLY;BYDAY=2TU",
    )
    actions.plan_from_template(cast.amina, row, first=date(2027, 1, 1), last=date(2027, 3, 31))
    return outage


PATHS = [
    "/desk",
    "/today",
    "/outages",
    "/outages/plan",
    "/outages/plan?template=patches",
    "/outages/{}",
    "/outages/{}/move",
    "/outages/{}/add-work",
    "/outages/{}/add-window",
    "/calendar?month=2026-12",
    "/calendar?view=agenda",
    "/templates",
    "/templates/new",
    "/templates/patches",
]


@pytest.mark.parametrize(
    "reader",
    [
        {"locale": "fr", "width": 1280, "theme": "light"},
        {"locale": "en", "width": 390, "theme": "dark"},
        {"locale": "fr", "width": 390, "theme": "light"},
    ],
    ids=lambda reader: "-".join(map(str, reader.values())),
)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    opened: Opener, cast: Cast, planned: Outage, reader: dict[str, Any]
):
    tab = opened(cast.lucie, "/desk", **reader)
    faults = []
    for path in PATHS:
        tab.goto(path.format(planned.pk))
        found = Axe().run(tab)
        if found.violations_count:
            faults.append(f"{path}: {found.generate_report()}")
        if tab.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            faults.append(f"{path}: too wide")
    assert not faults, "\n".join(faults)


def test_the_composer_of_a_change_says_old_and_new_and_it_leaves(opened: Opener, cast: Cast, planned: Outage):
    tab = opened(cast.lucie, f"/outages/{planned.pk}", locale="en")
    tab.get_by_role("button", name="Write the change notice").click()
    tab.wait_for_url("**/notices/*")
    expect(tab.locator("#look")).to_contain_text("We had told you")
    assert Axe().run(tab).violations_count == 0
    tab.locator("button[value=publish]").click()
    expect(tab.locator("main")).to_contain_text("Published")
    tab.goto(f"/outages/{planned.pk}")
    expect(tab.locator(".course")).to_contain_text("Change")
    expect(tab.locator(".course")).to_contain_text("leaves by itself")


def test_what_a_plan_would_meet_is_said_while_one_types(opened: Opener, cast: Cast, planned: Outage):
    tab = opened(cast.amina, "/outages/plan", locale="en")
    tab.get_by_label("dCache storage", exact=True).check()
    expect(tab.locator("#check")).to_contain_text("The notice rules are kept")
    tab.get_by_label("Start", exact=True).fill("2026-11-25 08:00")
    tab.get_by_label("End", exact=True).fill("2026-11-25 18:00")
    expect(tab.locator("#check")).to_contain_text("the rule asks for 5 working days")
    expect(tab.locator("#check")).to_contain_text("Web site")
    tab.get_by_role("button", name="Plan it as a draft").click()
    tab.wait_for_url("**/outages/*")
    expect(tab.locator("main")).to_contain_text("Planned, as a draft")


def test_planning_works_without_script(opened: Opener, cast: Cast, planned: Outage):
    tab = opened(cast.amina, "/outages/plan", locale="en", script=False)
    tab.get_by_label("dCache storage", exact=True).check()
    tab.get_by_role("button", name="Check").last.click()
    expect(tab.locator("#check")).to_contain_text("Who would be told")


def test_the_calendar_turns_by_keyboard(opened: Opener, cast: Cast, planned: Outage):
    tab = opened(cast.lucie, "/calendar?month=2026-12", locale="en")
    expect(tab.locator("h1")).to_contain_text("December 2026")
    tab.keyboard.press("j")
    tab.wait_for_url("**month=2027-01*")
    expect(tab.locator(".month")).to_contain_text("Batch farm")
    tab.keyboard.press("k")
    tab.wait_for_url("**month=2026-12*")
