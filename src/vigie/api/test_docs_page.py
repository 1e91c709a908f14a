"""The page of the API in a real browser: readable, nothing from elsewhere, nothing axe objects to."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.support.browser import PHONE, PageFactory


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_scrolls_one_way(live_server, page: PageFactory, theme):
    shown = page(base_url=live_server.url, theme=theme, width=PHONE)
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto("/api/v1/docs")
    shown.locator("#declare ~ details summary").click()
    assert all(url.startswith(live_server.url) for url in asked)
    assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE
    found = Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()
