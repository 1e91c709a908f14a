"""The public site as a reader sees it: from the folder itself, without a server, in Chromium."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from playwright.sync_api import Page

from tests.support.browser import PHONE, PageFactory
from tests.support.cast import SUNDAY, Cast
from vigie.kernel.clock import Clock
from vigie.outages import actions as outages
from vigie.outages.models import Outage
from vigie.public import actions, emergency

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("VIGIE_SHOTS", "")
WORDS = {
    "fr": {
        "what": "Une alimentation du serveur de métadonnées a lâché. Les ingénieurs la remplacent.",
        "jobs": "Les jobs qui lisent ou écrivent sur ce stockage attendent ; aucun n’est perdu.",
        "action": "Ne relancez rien : tout reprendra de soi-même.",
    },
    "en": {
        "what": "A power supply of the metadata server failed. The engineers are replacing it.",
        "jobs": "Jobs that read or write this storage wait; none is lost.",
        "action": "Don’t resubmit anything: all will go on by itself.",
    },
}


def tell(cast: Cast, outage: Outage, words: dict[str, dict[str, str]] | None = None) -> None:
    version = outages.compose(cast.lucie, outage)
    outages.edit(cast.lucie, outage, version, paragraphs=words or {}, flashes={})
    assert outage.follower
    outages.approve(outage.follower, outage, version)
    outages.publish(cast.lucie, outage, version)


@pytest.fixture
def site(cast: Cast, clock: Clock, tmp_path: Path) -> Path:
    """A folder with an outage that is over (with a correction) and one that goes on (with a late promise),
    and one that is planned."""
    clock.tick(hours=-30)
    over = outages.declare_sudden(cast.amina, services={"site": "degraded"}).outage
    tell(cast, over)
    clock.tick(minutes=12)
    first = over.thread.notices.get(number=1).versions.get()
    outages.promise(cast.lucie, over, clock.now() + timedelta(hours=1))
    corrected = outages.correct(cast.lucie, over, first, why="Les pages répondent, mais lentement.")
    assert over.follower
    outages.approve(over.follower, over, corrected)
    outages.publish(cast.lucie, over, corrected)
    clock.tick(hours=2)
    outages.end(cast.odile, over, data_lost="no")
    tell(cast, over)
    clock.set(SUNDAY - timedelta(minutes=81))
    now = outages.declare_sudden(
        cast.amina, services={"storage": "down"}, expected_end=SUNDAY + timedelta(hours=3)
    ).outage
    tell(cast, now)
    clock.tick(minutes=25)
    outages.promise(cast.lucie, now, SUNDAY + timedelta(minutes=4))
    tell(cast, now, WORDS)
    clock.set(SUNDAY)
    start = SUNDAY + timedelta(days=16)
    window = outages.Window("down", start, start + timedelta(hours=4))
    planned = outages.plan(cast.amina, windows={"farm": window}, asked_follower=cast.lucie)
    outages.accept_following(cast.lucie, planned)
    tell(cast, planned)
    actions.build(tmp_path / "site")
    return tmp_path / "site"


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['target']} {row['help']}" for row in found]


PATHS = (
    "index.html",
    "status/2.html",
    "status/1.html",
    "status/3.html",
    "past.html",
    "feeds.html",
    "experiments/orion.html",
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, 1280])
def test_axe_finds_nothing(page: PageFactory, site: Path, language: str, theme, width: int):
    reader = page(locale=language, theme=theme, width=width)
    reader.clock.set_fixed_time(SUNDAY)
    threads = sorted(int(path.stem) for path in (site / language / "status").iterdir())
    for name in PATHS:
        path = name.replace("status/1", f"status/{threads[0]}").replace("status/2", f"status/{threads[1]}")
        reader.goto(f"file://{site}/{language}/{path}")
        assert faults(reader) == [], path
        assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert reader.locator("#stale").is_hidden() if reader.locator("#stale").count() else True
        assert reader.evaluate("getComputedStyle(document.body).fontSize") == "18px"  # the sheet was let in
        shoot(reader, f"{language}-{name.replace('/', '-')}-{theme}-{width}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_old_page_says_so(page: PageFactory, site: Path, language: str):
    reader = page(locale=language)
    reader.clock.install(time=SUNDAY + timedelta(minutes=14))
    reader.goto(f"file://{site}/{language}/index.html")
    band = reader.locator("#stale")
    assert band.is_hidden()
    reader.clock.run_for(2 * 60 * 1000)
    assert band.is_visible()
    wanted = {"fr": "elle n’est plus à jour", "en": "is out of date"}[language]
    assert wanted in (band.text_content() or "")
    assert faults(reader) == []
    shoot(reader, f"{language}-stale")


def test_without_script_the_foot_of_the_page_says_what_to_think_of_it(page: PageFactory, site: Path):
    reader = page(locale="en", script=False)
    reader.goto(f"file://{site}/en/index.html")
    assert reader.locator("#stale").is_hidden()
    assert "older than 15 minutes by your clock" in (reader.locator("footer").text_content() or "")


def test_one_can_walk_the_whole_site_from_a_folder(page: PageFactory, site: Path):
    reader = page(locale="fr")
    reader.goto(f"file://{site}/index.html")
    reader.get_by_role("link", name="English").click()
    reader.get_by_role("link", name="All past outages").click()
    reader.get_by_role("link", name="Web site").click()
    assert "working again" in (reader.locator("h1").text_content() or "")
    reader.get_by_text("What it said before the correction").click()
    reader.get_by_role("link", name="Français").click()
    assert reader.locator("html").get_attribute("lang") == "fr"
    reader.get_by_role("link", name="Maintenant").click()
    assert reader.url.endswith("/fr/index.html")


def test_on_paper(page: PageFactory, site: Path):
    reader = page(locale="fr", width=800)
    reader.emulate_media(media="print")
    reader.goto(f"file://{site}/fr/index.html")
    assert reader.get_by_role("link", name="English").is_hidden()
    shoot(reader, "fr-print")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_notice_published_by_hand_stands_on_top(page: PageFactory, site: Path, theme):
    words = ["--service", "Tous les services", "--what-fr", "Panne électrique.", "--what-en", "Power cut."]
    assert emergency.main([str(site), *words, "--since", "-20min", "--next-update", "+45min"]) == 0
    reader = page(locale="fr", theme=theme)
    reader.goto(f"file://{site}/fr/index.html")
    band = reader.get_by_role("region", name="publié à la main")
    assert "Panne électrique." in (band.text_content() or "")
    assert faults(reader) == []
    shoot(reader, f"fr-hand-{theme}")
