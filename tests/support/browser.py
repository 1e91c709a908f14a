"""Headless Chromium, and pages that notice what goes wrong in them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from tools.install_system_parts import chromium

PHONE, DESK, WALL = 390, 1280, 1920
PATIENCE_MS = 30_000  # three workers on two busy cores; what is there sooner is not waited for
_POLICY_WORDS = ("Content Security Policy", "Content-Security-Policy")


class PageFactory(Protocol):
    """Opens a page as one reader would see it."""

    def __call__(
        self,
        *,
        locale: str = "fr",
        width: int = DESK,
        theme: Literal["light", "dark"] = "light",
        script: bool = True,
        base_url: str = "",
    ) -> Page: ...


@contextmanager
def chromium_running() -> Iterator[Browser]:
    """One browser process."""
    # Playwright runs an event loop in this thread; Django would take the test itself for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_pages(browser: Browser) -> Iterator[PageFactory]:
    """A factory of pages; afterwards, script errors and breaches of the content policy on any of them fail the test."""
    troubles: list[str] = []
    closers: list[Callable[[], None]] = []

    def heard(message: ConsoleMessage) -> None:
        if any(word in message.text for word in _POLICY_WORDS):
            troubles.append(message.text)

    def open_page(
        *,
        locale: str = "fr",
        width: int = DESK,
        theme: Literal["light", "dark"] = "light",
        script: bool = True,
        base_url: str = "",
    ) -> Page:
        context = browser.new_context(
            locale={"fr": "fr-FR", "en": "en-GB"}.get(locale, locale),
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=base_url or None,
        )
        closers.append(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", heard)
        return page

    try:
        yield open_page
    finally:
        for close in closers:
            close()
    assert not troubles, "\n".join(troubles)
