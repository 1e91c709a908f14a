"""The desk, the day and an outage in a real Chromium: axe, width, live log, keys, no script."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.contracts.alarm import IncomingAlarm
from vigie.kernel.access import System
from vigie.kernel.intents import IntentState
from vigie.outages import actions
from vigie.outages.models import Fact, Outage
from vigie.people.models import Person
from vigie.post.models import Delivery

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Opener = Callable[..., Page]


@pytest.fixture
def opened(page: PageFactory, live_server: Any, cast: Cast) -> Opener:
    """`opened(person, path, …)`: a page of the real desk as this person sees it."""

    def open_as(person: Person | None, path: str, **options: Any) -> Page:
        tab = page(base_url=live_server.url, **options)
        if person is not None:
            client = Client()
            client.force_login(person, backend=BACKEND)
            session = client.cookies["sessionid"].value
            tab.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        tab.goto(path)
        return tab

    return open_as


@pytest.fixture
def busy(cast: Cast) -> Outage:
    """An outage with something in every corner of its page."""
    doors = IncomingAlarm(
        source="alertmanager",
        fingerprint="doors",
        firing=True,
        labels={"service": "storage"},
        summary="doors do not answer",
        severity="critical",
        starts_at=SUNDAY,
    )
    outage = actions.receive_alarm(System(), doors).outage
    assert outage is not None
    actions.add_service(cast.amina, outage, "farm", "at_risk")
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    actions.publish(cast.lucie, outage, draft)
    first = Delivery.objects.filter(topic=draft.topic).first()
    assert first is not None
    Delivery.objects.filter(pk=first.pk).update(state=IntentState.SET_APART, last_error="550 no such user")
    actions.log_fact(cast.amina, outage, "Power supply 2 replaced, checking.")
    actions.answer(cast.amina, actions.ask(cast.lucie, outage, "Are files safe?"), "Yes.")
    actions.ask(cast.lucie, outage, "When is it back?")
    cooling = replace(doors, fingerprint="cool", labels={"host": "c3"}, summary="29 °C", severity="warning")
    actions.receive_alarm(System(), cooling)
    return outage


PATHS = [
    "/desk",
    "/today",
    "/today/wall",
    "/outages",
    "/outages?q=nothing",
    "/outages/new",
    "/outages/{}",
    "/outages/{}/end",
    "/outages/{}/hand-over",
    "/outages/{}/services/storage",
    "/outages/{}/report",
]


@pytest.mark.parametrize(
    "reader",
    [
        {"locale": "fr", "width": 1280, "theme": "light"},
        {"locale": "en", "width": 1280, "theme": "dark"},
        {"locale": "fr", "width": 390, "theme": "dark"},
        {"locale": "en", "width": 390, "theme": "light"},
    ],
    ids=lambda reader: "-".join(map(str, reader.values())),
)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    opened: Opener, cast: Cast, busy: Outage, reader: dict[str, Any]
):
    tab = opened(cast.amina, "/desk", **reader)
    for path in PATHS:
        tab.goto(path.format(busy.pk))
        found = Axe().run(tab)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_a_fact_reaches_a_colleague_who_is_typing(opened: Opener, cast: Cast, busy: Outage):
    path = f"/outages/{busy.pk}"
    contact = opened(cast.amina, path, locale="en")
    support = opened(cast.lucie, path, locale="en")
    support.locator("#fact-text").fill("half a sentence")
    contact.keyboard.press("n")
    contact.keyboard.type("Journal replayed.")
    contact.keyboard.press("Enter")
    expect(contact.locator("#log")).to_contain_text("Journal replayed.")
    expect(contact.locator("#fact-text")).to_have_value("")
    expect(contact.locator("#fact-text")).to_be_focused()
    expect(support.locator("#log")).to_contain_text("Journal replayed.")
    expect(support.locator("#fact-text")).to_have_value("half a sentence")
    assert support.locator("#log li.entry").nth(1).inner_text().endswith("Journal replayed.")


def test_answers_ends_and_notices_arrive_without_reloading(opened: Opener, cast: Cast, busy: Outage):
    support = opened(cast.lucie, f"/outages/{busy.pk}", locale="en")
    question = Fact.objects.get(text="When is it back?")
    expect(support.locator(f"#answers-{question.pk}")).to_contain_text("waits for an answer")
    actions.answer(cast.amina, question, "In an hour.")
    expect(support.locator(f"#answers-{question.pk}")).to_contain_text("In an hour.")
    actions.end(cast.amina, busy, data_lost="no")
    expect(support.locator("#opening h1")).to_contain_text("work again since")
    expect(support.locator("#opening .primary")).to_contain_text("Tell the end")


def test_an_empty_fact_is_refused_where_it_was_typed(opened: Opener, cast: Cast, busy: Outage):
    tab = opened(cast.amina, f"/outages/{busy.pk}", locale="en")
    tab.locator("#fact-text").fill("x" * 4001)
    tab.keyboard.press("Enter")
    expect(tab.locator("#log-entry")).to_contain_text("4000 at most")
    expect(tab.locator("#fact-text")).to_have_value("x" * 4001)


def test_from_d_to_the_first_notice_by_keyboard(opened: Opener, cast: Cast):
    tab = opened(cast.bruno, "/desk", locale="en")
    tab.keyboard.press("d")
    tab.wait_for_url("**/outages/new")
    tab.get_by_label("Web site").focus()
    tab.keyboard.press("Space")
    expect(tab.get_by_label("Web site")).to_be_checked()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/notices/*")
    assert Outage.objects.get().contact == cast.amina


def test_the_log_works_without_script(opened: Opener, cast: Cast, busy: Outage):
    tab = opened(cast.lucie, f"/outages/{busy.pk}", locale="en", script=False)
    tab.locator("#fact-text").fill("Is the tape safe?")
    tab.get_by_role("button", name="Ask the contact").click()
    expect(tab.locator("#log")).to_contain_text("Is the tape safe?")
    assert Fact.objects.get(text="Is the tape safe?").kind == "question"


def test_the_desk_learns_of_a_new_outage_by_itself(opened: Opener, cast: Cast):
    tab = opened(cast.lucie, "about:blank", locale="en")
    tab.clock.install(time=SUNDAY)
    tab.goto("/desk")
    expect(tab.locator("h1")).to_contain_text("Everything is working")
    actions.declare_sudden(cast.amina, services={"storage": "down"})
    tab.clock.run_for(21_000)
    expect(tab.locator("h1")).to_contain_text("dCache storage is down since")
    expect(tab.locator("#desk-tasks")).to_contain_text("First notice owed")
    expect(tab.get_by_role("button", name="Write the first notice")).to_be_visible()
