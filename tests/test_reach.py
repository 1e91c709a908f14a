"""No page is forgotten: each has its picture, and a link that leads to it."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from tools.reach import CLOSED, NO_PAGE, follow, pages
from tools.shots import HERE

from tests.test_permissions import browsers, numbers, table

__all__ = ["browsers", "numbers"]  # fixtures

# Linked only while something is the matter that isn't in the cast: no link of a quiet desk leads there.
NOT_ALWAYS = {
    *HERE,
    "finding",  # nobody has looked at what runs yet
    "account_change_password",  # the cast has no passwords
    "leaving",  # nobody leaves
    "swap_offer",  # no shift of theirs is ahead
    *(
        "outage_decline",
        "outage_remove",
        "outage_start",
    ),  # nobody is asked to follow; one service; not its day
}


def name_of(address: str) -> str | None:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return None


def test_what_is_no_page_is_an_address_of_the_desk() -> None:
    rows = {name: by_get for name, _address, by_get, _by_post in table()[1]}
    assert set(NO_PAGE) <= set(rows)
    assert not [name for name in NO_PAGE if rows[name] in CLOSED - {"api"}], (
        "no need to name what nobody sees"
    )


@pytest.mark.slow
def test_a_link_leads_to_every_page(numbers: dict[str, Any], browsers: dict[str, Client]) -> None:
    """Whoever adds a page links it, or names it in tools/shots.py: it can't be forgotten in the pictures either."""
    found: set[str] = set()
    for role in ("lead", "support", "operator", "admin"):
        browser = browsers[role]

        def read(address: str, browser: Client = browser) -> str | None:
            response = browser.get(address)
            html = response.status_code == 200 and "html" in response.headers.get("Content-Type", "")
            return response.content.decode() if html and not response.streaming else None

        found |= set(follow(read, name_of, ["/desk"], base="http://testserver"))
    lost = {name for name, rule in pages().items() if not rule.startswith("api")} - found - NOT_ALWAYS
    assert not lost, f"no link leads to {sorted(lost)}"
