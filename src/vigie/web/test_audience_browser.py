"""Subscriptions, recipients, mail, search, statistics and the lists behind the desk in a real Chromium."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.core import mail
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.support.browser import PageFactory
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.access import System
from vigie.kernel.intents import IntentState
from vigie.kernel.models import Dispatch, EventRow
from vigie.notices.subscriptions.actions import save_list
from vigie.notices.subscriptions.models import Subscription
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import Alarm
from vigie.people.models import Person
from vigie.post.actions import Received, receive
from vigie.post.models import Address, Delivery, MailKind
from vigie.services.actions import save_service

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)
PAGES = (
    "/desk",
    "/desk/alarms",
    "/desk/owed",
    "/desk/reactions",
    "/mail",
    "/mail/deliveries",
    "/mail/deliveries?state=all",
    "/recipients",
    "/recipients/lists/new",
    "/search?q=power",
    "/statistics",
    "/calendar",
    "/calendar?view=agenda",
    "/templates/new",
    "/subscriptions",
    "/outages/{outage}/audience",
    "/outages/{planned}",
    "/outages/{planned}/works/1",
    "/outages/{planned}/works/1/remove",
)
READERS = [
    {"locale": "fr", "width": 1280, "theme": "light"},
    {"locale": "en", "width": 1280, "theme": "dark"},
    {"locale": "fr", "width": 390, "theme": "dark"},
    {"locale": "en", "width": 390, "theme": "light"},
]


def be(tab: Page, url: str, person: Person) -> None:
    client = Client()
    client.force_login(person, backend=BACKEND)
    tab.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


@pytest.fixture
def busy(cast: Cast) -> dict[str, int]:
    """Something in every list: a notice that bounced, one in doubt, stray mail, a list, a subscriber, an alarm, works."""
    outage = actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "degraded"}).outage
    actions.log_fact(cast.amina, outage, "A power supply failed.")
    first = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, first)
    actions.publish(cast.lucie, outage, first)
    gone, doubtful = Delivery.objects.filter(channel="mail", topic=first.topic)[:2]
    Delivery.objects.filter(pk=gone.pk).update(bounced_at=SUNDAY, diagnostic="550 no such user")
    Address.objects.create(address=gone.recipient.lower(), bounced_at=SUNDAY, diagnostic="550 no such user")
    Delivery.objects.filter(pk=doubtful.pk).update(
        state=IntentState.IN_DOUBT, last_error="the line went dead", attempted_at=SUNDAY
    )
    receive(Received("<a@b>", MailKind.REPLY, sender="x@y.test", subject="Hello", text="Is it over?"))
    save_list(System(), name="All users", address="all@centre.test", language="fr", always=True)
    Subscription.objects.create(
        address="reader@univ.test", language="en", kind="service", code="storage", confirmed_at=SUNDAY
    )
    Alarm.objects.create(
        source="icinga", fingerprint="f", summary="29 °C in row 4", severity="warning", starts_at=SUNDAY,
        first_seen=SUNDAY, last_seen=SUNDAY,
    )  # fmt: skip
    event = EventRow.objects.create(at=SUNDAY, kind="post.bounced", payload={"outage_id": outage.pk})
    Dispatch.objects.create(
        event=event, reaction="tell of bounce", set_apart=True, last_error="OSError('no such door')"
    )
    hours = {"starts_at": START, "ends_at": START + timedelta(hours=2)}
    planned = actions.plan(
        cast.amina,
        windows={"site": Window("down", START, START + timedelta(hours=8))},
        asked_follower=cast.lucie,
    )
    actions.add_intervention(
        cast.amina, planned, what="Replace the central switch", who="network team", **hours
    )
    return {"outage": outage.pk, "planned": planned.pk}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader['locale']}-{reader['width']}")
def test_every_page_is_accessible_and_fits(
    live_server: LiveServer, cast: Cast, busy: dict[str, int], page: PageFactory, reader: dict[str, Any]
) -> None:
    tab = page(**reader, base_url=live_server.url)
    be(tab, live_server.url, cast.sara)
    for url in (path.format(**busy) for path in PAGES):
        answer = tab.goto(url)
        assert answer is not None
        assert answer.ok, url
        found = Axe().run(tab).response["violations"]
        assert not [(fault["id"], fault["nodes"][0]["html"][:160]) for fault in found], url
        assert tab.evaluate("document.documentElement.scrollWidth") <= reader["width"], url
        if reader["width"] == 390 and tab.locator(".nav").count():
            assert tab.evaluate("document.querySelector('main').getBoundingClientRect().top") < 150, url


def test_the_desk_leads_to_what_is_stuck(
    live_server: LiveServer, cast: Cast, busy: dict[str, int], page: PageFactory
) -> None:
    tab = page(locale="en", base_url=live_server.url)
    be(tab, live_server.url, cast.lucie)
    tab.goto("/desk")
    due = tab.locator("#desk-tasks")
    expect(due).to_contain_text("Mails come back from 1 address")
    expect(due).to_contain_text("1 in doubt")
    due.get_by_role("link", name="1 mail waits for somebody").click()
    expect(tab.locator("h1")).to_contain_text("1 mail waits")
    tab.get_by_role("combobox", name="Outage").select_option(str(busy["outage"]))
    tab.get_by_role("button", name="Pass it on").click()
    expect(tab.get_by_role("status")).to_contain_text("Passed on")
    tab.goto("/mail/deliveries")
    tab.get_by_role("button", name="It arrived").click()
    expect(tab.locator("h1")).to_contain_text("Every message left")


def test_a_reaction_set_apart_is_tried_again_from_its_page(
    live_server: LiveServer, cast: Cast, busy: dict[str, int], page: PageFactory
) -> None:
    tab = page(locale="en", base_url=live_server.url)
    be(tab, live_server.url, cast.ada)
    tab.goto("/desk")
    tab.get_by_role("link", name="1 automatic step failed").click()
    expect(tab.locator("main")).to_contain_text("no such door")
    tab.get_by_role("button", name="Try again").click()
    expect(tab.locator("h1")).to_contain_text("No automatic step failed")


def choose(tab: Page) -> None:
    tab.get_by_label("dCache storage").check()
    tab.get_by_label("English").check()
    tab.locator("#id_address").fill("reader@univ.test")
    tab.get_by_role("button", name="Send me the link to confirm").click()
    expect(tab.locator("h1")).to_contain_text("Look into your mailbox")


def test_one_subscribes_without_script(live_server: LiveServer, cast: Cast, page: PageFactory) -> None:
    tab = page(locale="en", base_url=live_server.url, script=False)
    tab.goto("/subscriptions")
    expect(tab.get_by_label("Search in")).to_have_count(0)
    choose(tab)
    assert Delivery.objects.filter(recipient="reader@univ.test").exists() or mail.outbox


def test_a_long_list_is_narrowed_by_typing_and_keeps_what_is_ticked(
    live_server: LiveServer, cast: Cast, page: PageFactory
) -> None:
    for n in range(9):
        names = {
            "name_fr": f"Serveur {n}",
            "name_en": f"Server {n}",
            "plain_fr": "Une machine",
            "plain_en": "One",
        }
        save_service(System(), code=f"s{n}", **names)
    tab = page(locale="en", base_url=live_server.url)
    tab.goto("/subscriptions")
    tab.get_by_label("dCache storage").check()
    tab.locator("input[data-narrows]").first.fill("SERVER 4")
    expect(tab.get_by_label("Server 4")).to_be_visible()
    expect(tab.get_by_label("Server 5")).to_be_hidden()
    expect(tab.get_by_label("dCache storage")).to_be_visible()
