"""The kit, the wall screen and a public page in a real Chromium: axe, width, keys, theme, countdown, no script."""

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import django_htmx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # ships no types
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page

import vigie.web
from vigie.kernel.clock import clock
from vigie.web import kit
from vigie.web.middleware import POLICY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
PAGES = {"kit": "vigie/kit.html", "wall": "vigie/kit_wall.html", "public": "vigie/kit_public.html"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class names it so
        pass

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


def _write(folder: Path) -> None:
    static = Path(vigie.web.__file__).parent / "static" / "vigie"
    shutil.copytree(static, folder / "static" / "vigie")
    shutil.copytree(
        Path(django_htmx.__file__).parent / "static" / "django_htmx", folder / "static" / "django_htmx"
    )
    nav = [("Today", "/today", False), ("Desk", "/desk", True), ("Outages", "/outages", False)]
    for language in ("fr", "en"):
        with clock.travel(NOW), translation.override(language):
            for name, template in PAGES.items():
                context = {
                    **kit.samples(),
                    "nav": nav if name == "kit" else None,
                    "frozen": name == "public",
                    "demo": name == "kit",
                    "demo_roles": [("Camille · Support", "/demo/login/camille")],  # no database here
                }
                html = render_to_string(template, context, request=RequestFactory().get("/desk/kit"))
                (folder / f"{name}.{language}.html").write_text(html, "utf-8")
    (folder / "desk").mkdir()
    (folder / "desk" / "index.html").write_text("<title>Desk</title>", "utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("look")
    _write(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def open_page(browser: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """A fresh page and the list of what its console complained about (a broken policy shows there)."""
    page = browser.new_page(**options)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["kit.fr", "kit.en", "public.fr", "wall.en"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, site: str, name: str, width: int, theme: Any
) -> None:
    page, complaints = open_page(
        browser, f"{site}/{name}.html", viewport={"width": width, "height": 900}, color_scheme=theme
    )
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints == []
    page.close()


def test_targets_are_big_enough(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html", viewport={"width": 390, "height": 900})
    small = page.evaluate(
        """[...document.querySelectorAll("button, summary, input, select, textarea, nav a, .button, .tabs label")]
        .filter((node) => node.checkVisibility() && !node.closest(".radio-tabs > input, .glossary, label, .check, li"))
        .filter((node) => !node.matches(".radio-tabs > input, .glossary, [type=checkbox], [type=radio]"))
        .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect().height])
        .filter(([, height]) => height < 24)"""
    )
    assert small == []
    page.close()


def test_a_countdown_ticks_and_changes_its_word(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, "about:blank")
    page.clock.install(time=NOW - timedelta(seconds=1))
    page.clock.pause_at(NOW)  # a slow machine may take seconds to load the page
    page.goto(f"{site}/kit.en.html")
    due = page.locator("main .opening time.countdown")
    assert due.inner_text() == "due in 04:12"
    page.clock.run_for(12_000)
    assert due.inner_text() == "due in 04:00"
    page.clock.run_for(245_000)
    assert due.inner_text() == "overdue by 00:05"
    assert "is-over" in (due.get_attribute("class") or "")
    page.close()


def test_keys_reach_the_fact_the_search_the_help_and_the_desk(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html")
    focused = "document.activeElement.id"
    page.keyboard.press("n")
    assert page.evaluate(focused) == "fact-text"
    page.keyboard.type("g d ?")
    assert page.input_value("#fact-text") == "g d ?"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate(focused) == "q"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/desk/**")
    page.close()


def test_single_keys_can_be_switched_off(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html")
    page.keyboard.press("?")
    page.check("[data-keys-off]")
    page.click("#keys .button")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") != "fact-text"
    page.close()


def test_the_chosen_theme_outlives_the_page(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("details.menu summary")
    page.click("[data-theme-set=dark]")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    page.close()


def test_a_second_click_sends_nothing(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html")
    # stands after our own listener: counts what would really leave, and keeps it from leaving
    page.evaluate(
        """() => { window.left = 0; window.addEventListener("submit", (event) => {
          if (!event.defaultPrevented) window.left += 1;
          event.preventDefault();
        }); }"""
    )
    button = page.locator("form.composer .button.primary")
    button.dblclick()
    assert button.is_disabled()
    page.locator("form.composer .publish .button:not(.primary)").click()
    assert page.evaluate("window.left") == 1
    page.close()


def test_without_script_previews_change_and_nothing_dead_is_shown(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html", java_script_enabled=False)
    page.click("label[for=look-flash]")
    assert page.locator(".panels > :nth-child(2)").is_visible()
    assert not page.locator(".panels > :nth-child(1)").is_visible()
    assert page.locator(".needs-js >> visible=true").count() == 0
    page.close()


def test_a_refused_fragment_is_told_and_the_text_stays(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, f"{site}/kit.en.html")
    refusal = "<h1>The outage has ended</h1><div class='what'><p>Reopen it first.</p></div>"
    page.route("**/*", lambda route: route.fulfill(status=409, body=refusal, content_type="text/html"))
    page.fill("#fact-text", "pool 7 is back")
    page.keyboard.press("Enter")
    page.wait_for_selector("#complaint")
    assert " ".join(page.inner_text("#complaint").split()) == "■ The outage has ended Reopen it first."
    assert page.input_value("#fact-text") == "pool 7 is back"
    page.unroute("**/*")
    page.route("**/*", lambda route: route.abort())
    page.keyboard.press("Enter")
    page.locator("#complaint", has_text="reached").wait_for()
    page.close()


def test_a_public_page_is_light_and_says_nothing_that_ages(browser: Browser, site: str) -> None:
    page, _ = open_page(browser, "about:blank", java_script_enabled=False)
    weights: list[int] = []
    page.on("response", lambda response: weights.append(len(response.body())))
    page.goto(f"{site}/public.en.html")
    page.wait_for_load_state("networkidle")
    text = page.inner_text("body").replace("\xa0", " ")
    assert sum(weights) < 60_000
    assert "ago" not in text
    assert "before 14:34 CET" in text
    page.click("button.glossary >> nth=0")
    assert page.locator("[popover] >> nth=0").is_visible()
    page.close()
