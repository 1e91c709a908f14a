"""Hand-overs and calls in a real Chromium: axe, width, three in the morning by keyboard, the link of a call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from playwright.sync_api import Page, expect
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.duty.actions import add_shift
from vigie.duty.escalation import actions as escalation
from vigie.duty.escalation import links
from vigie.duty.escalation.models import CallingPolicy, EscalationStep
from vigie.duty.handover import actions, queries
from vigie.duty.handover.models import HandOver
from vigie.duty.models import Duty
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.outages import actions as outages
from vigie.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
END = SUNDAY + timedelta(hours=6)
Opener = Callable[..., Page]


@pytest.fixture
def opened(page: PageFactory, live_server: Any, cast: Cast) -> Opener:
    """`opened(person, path, …)`: a page of the real desk as this person sees it; None: without a login."""

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
def row(cast: Cast, clock: Clock) -> HandOver:
    """Something in every corner: an outage, facts, a question, a checklist, a call."""
    Duty.objects.filter(pk=cast.production.pk).update(
        checklist_fr="Clés\nTéléphone", checklist_en="Keys\nPhone"
    )
    CallingPolicy.objects.create(duty=cast.production, hands_over=True)
    add_shift(
        System(), duty=cast.production, person=cast.bruno, starts_at=END, ends_at=END + timedelta(hours=9)
    )
    outage = outages.declare_sudden(cast.amina, services={"storage": "down"}).outage
    outages.log_fact(cast.amina, outage, "Power supply 2 replaced.")
    outages.ask(cast.lucie, outage, "When is it back?")
    escalation.call(cast.lucie, cast.production, "Smoke in row C")
    clock.set(END - timedelta(minutes=30))
    actions.tend()
    return queries.handover(HandOver.objects.get().pk)


def called() -> EscalationStep:
    return EscalationStep.objects.get(kind="called", person__login="amina")


def link() -> str:
    return f"/escalations/answer/{links.answer_token(called())}"


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
    opened: Opener, cast: Cast, row: HandOver, clock: Clock, reader: dict[str, Any]
):
    tab = opened(cast.amina, "/handover", **reader)
    paths = ["/handover", "/handovers", "/escalations", f"/escalations/{called().escalation_id}"]
    paths += ["/escalations/call", link()]

    def look(path: str) -> None:
        tab.goto(path)
        found = Axe().run(tab)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path

    for path in paths:
        look(path)
    actions.give(cast.amina, row, sections=(), notes="The lift is out of order.")
    clock.set(END + timedelta(minutes=20))
    for path in ("/desk", "/today", f"/handover/{row.pk}"):
        look(path)


def test_at_three_in_the_morning_two_keys_hand_the_shift_over(opened: Opener, cast: Cast, row: HandOver):
    giver = opened(cast.amina, "/handover", locale="en")
    giver.keyboard.press("e")
    expect(giver.locator("#notes")).to_be_focused()
    giver.keyboard.type("The lift is out of order.")
    giver.get_by_role("checkbox", name="Keys", exact=True).check()
    giver.get_by_role("button", name="Give the shift over").click()
    expect(giver.locator("h1")).to_contain_text("Amina Martin hands over to Bruno Leroy")
    taker = opened(cast.bruno, "/handover", locale="en")
    expect(taker.locator("main")).to_contain_text("The lift is out of order.")
    taker.locator("h1").click()
    taker.keyboard.press("a")
    expect(taker.locator("h1")).to_contain_text("Bruno Leroy took over from Amina Martin")
    assert queries.handover(row.pk).accepted_by == cast.bruno


def test_a_call_is_answered_without_a_login_and_without_script(opened: Opener, cast: Cast, row: HandOver):
    phone = opened(None, link(), locale="fr", width=390, script=False)
    phone.get_by_role("button").last.click()
    expect(phone.locator("h1")).to_contain_text("Vous vous en occupez")
    step = called()
    assert step.answered_at is not None
    assert step.escalation.acknowledged_by == cast.amina
