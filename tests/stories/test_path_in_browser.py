"""The whole path of a sudden outage as its people live it: three browsers, one desk, from the first sign to the report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support.browser import DESK, PHONE, PageFactory
from tests.support.cast import Cast
from vigie.notices.models import Version, VersionState
from vigie.outages.models import Fact, Outage
from vigie.people.models import Person
from vigie.post.models import Delivery

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NAMES = {"fr": ("Stockage dCache", "Ferme de calcul"), "en": ("dCache storage", "Batch farm")}
WORDS = {
    "fr": "Une alimentation du serveur de métadonnées a lâché.",
    "en": "A power supply of the metadata server failed.",
}


@dataclass
class Desk:
    """The running desk, and browsers in one language at it; what goes wrong in any of them is kept."""

    server: LiveServer
    open_page: PageFactory
    locale: str
    width: int
    faults: list[str] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)

    def sit(self, person: Person | None, path: str) -> Page:
        """A browser of its own, logged in as this person (None: a reader outside)."""
        tab = self.open_page(base_url=self.server.url, locale=self.locale, width=self.width)
        tab.on("console", lambda heard: self.faults.append(heard.text) if heard.type == "error" else None)
        if person is not None:
            client = Client()
            client.force_login(person, backend=BACKEND)
            session = client.cookies["sessionid"].value
            tab.context.add_cookies([{"name": "sessionid", "value": session, "url": self.server.url}])
        tab.goto(path)
        return tab

    def look(self, tab: Page, name: str) -> None:
        """Axe and the width of the page, at this step of the path."""
        for row in Axe().run(tab).response["violations"]:
            self.faults.append(f"{name}: {row['id']}: {row['nodes'][0]['html'][:200]}")
        if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{name}: wider than the screen")
        self.looked_at.add(name)

    def words(self, text: str) -> str:
        """What the screen says for this text of the code."""
        with translation.override(self.locale):
            return gettext(text)

    def button(self, tab: Page, text: str) -> Locator:
        """The button or link of the page itself that begins with these words."""
        name = self.words(text)
        return tab.locator("main").locator("button:visible, a:visible").filter(has_text=name).first


@pytest.fixture(params=[("fr", DESK), ("en", DESK), ("fr", PHONE)], ids=lambda one: f"{one[0]}-{one[1]}")
def desk(request: pytest.FixtureRequest, live_server: LiveServer, page: PageFactory) -> Iterator[Desk]:
    locale, width = request.param
    found = Desk(live_server, page, locale, width)
    yield found
    assert not found.faults, "\n".join(found.faults)


def declare(desk: Desk, tab: Page) -> Outage:
    """From the desk to a first notice ready to publish: at most four inputs."""
    inputs: list[Callable[[], Any]] = [
        lambda: desk.button(tab, "Something is down").click(),
        lambda: tab.get_by_label(NAMES[desk.locale][0]).check(),
        lambda: tab.get_by_label(NAMES[desk.locale][1]).check(),
        lambda: desk.button(tab, "Declare and write the first notice").click(),
    ]
    for act in inputs:
        act()
        if tab.url.endswith("/outages/new"):
            desk.look(tab, "declare")
    tab.wait_for_url("**/notices/*")
    return Outage.objects.get()


def publish(desk: Desk, tab: Page, outage: Outage, *, words: bool = False) -> Version:
    """Read both previews, write, approve and publish; a second tab that was open presses too."""
    tab.wait_for_url("**/notices/*")
    second = tab.context.new_page()
    second.goto(tab.url)
    for name in NAMES.values():
        expect(tab.locator("#look")).to_contain_text(name[0])
    if words:
        for language, text in WORDS.items():
            tab.fill(f"#id_{language}-what", text)
        for text in WORDS.values():
            expect(tab.locator("#look")).to_contain_text(text)
    desk.look(tab, "composer")
    tab.locator("button[value=publish]").click()
    expect(tab.locator(".messages")).to_be_visible()
    desk.look(tab, "published")
    second.locator("button[value=publish]").click()
    expect(second.locator(".messages")).to_contain_text(
        desk.words("This notice was published already, by %(name)s; nothing was sent twice.")
        % {"name": "Lucie Petit"}
    )
    second.close()
    told = Version.objects.get(pk=tab.url.rsplit("/", 1)[-1])
    assert told.state == VersionState.PUBLISHED
    assert Delivery.objects.filter(topic=told.topic).count() == 3
    tab.goto(f"/outages/{outage.pk}")
    return told


def talk(desk: Desk, contact: Page, support: Page) -> None:
    """A fact by Enter, a question, its answer: each seen by the other without reloading."""
    for tab in (contact, support):
        tab.evaluate("window.neverReloaded = true")
    contact.locator("#fact-text").fill("Power supply 2 is replaced.")
    contact.keyboard.press("Enter")
    expect(support.locator("#log")).to_contain_text("Power supply 2 is replaced.")
    support.locator("#fact-text").fill("Are files written at noon safe?")
    desk.button(support, "Ask the contact").click()
    expect(contact.locator("#log")).to_contain_text("Are files written at noon safe?")
    question = Fact.objects.get(text="Are files written at noon safe?")
    contact.locator(f"#answer-{question.pk}-text").fill("Yes, the journal is replayed.")
    contact.keyboard.press("Enter")
    expect(support.locator("#log")).to_contain_text("Yes, the journal is replayed.")
    assert support.evaluate("window.neverReloaded") is True
    for tab, name in ((contact, "outage of the contact"), (support, "outage of support")):
        desk.look(tab, name)


def test_from_the_first_sign_to_the_report(desk: Desk, cast: Cast):
    storage, farm = NAMES[desk.locale]
    contact = desk.sit(cast.amina, "/desk")
    desk.look(contact, "desk")
    outage = declare(desk, contact)
    contact.goto(f"/outages/{outage.pk}")
    support = desk.sit(cast.lucie, f"/outages/{outage.pk}")
    talk(desk, contact, support)

    desk.button(support, "Open the first notice").click()
    publish(desk, support, outage, words=True)
    reader = desk.sit(None, "/")
    expect(reader.locator("main")).to_contain_text(storage)
    expect(reader.locator("main")).to_contain_text(WORDS[desk.locale])
    desk.look(reader, "public page")

    contact.locator("button").filter(has_text=desk.words("Works again")).filter(has_text=farm).click()
    expect(contact.locator("#side")).to_contain_text(desk.words("works again since"))
    expect(contact.locator("#opening h1")).to_contain_text(storage)
    desk.button(contact, "End…").click()
    desk.look(contact, "end")
    contact.locator("input[name=data_lost][value=no]").check()
    desk.button(contact, "End the outage").click()
    contact.wait_for_url(f"**/outages/{outage.pk}")

    desk.button(support, "Tell the end").click()
    publish(desk, support, outage)
    reader.goto("/")
    desk.look(reader, "public page afterwards")
    reader.goto(f"/{desk.locale}/past.html")
    expect(reader.locator("main")).to_contain_text(storage)
    desk.look(reader, "past")

    desk.button(support, "Write the report").click()
    support.wait_for_url("**/report")
    for language, text in WORDS.items():
        support.locator(f"[name=text_{language}]").fill(text)
    desk.look(support, "report")
    desk.button(support, "Close with this report").click()
    expect(support.locator(".messages")).to_be_visible()
    desk.look(support, "closed")
    outage.refresh_from_db()
    assert outage.state == "reviewed"
    assert outage.data_lost == "no"
