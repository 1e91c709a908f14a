"""Every page of the desk, and how a reader comes to it: the table of permissions, and links followed from page to page.

Used by tools/shots.py, which takes a picture of each, and by tests/test_reach.py: a page that no link leads to is a page
that nobody knows of.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

TABLE = Path(__file__).resolve().parent.parent / "tests" / "permissions.txt"
CLOSED = {
    "-",
    "no",
    "read-only",
    "hidden",
    "preview",
    "unwell",
    "failed-login",
    "api",
}  # nothing to see by GET

# What is opened by GET and yet is no page of its own; the reason is the point of the list.
NO_PAGE = {
    "outage_log": "the part of the outage page that is asked for again",
    "import_aside": "a file",
    "export_file": "a file",
    "personal_file": "a file: what Vigie holds of one person",
    "sign_picture": "a picture for e-paper; the README shows it",
    "shift_calendar": "a calendar for programs",
    "healthz-live": "for programs",
    "metrics": "for programs",
    "set_language": "sends back",
    "api-v1:openapi-json": "for programs",
    "api-v1:openapi-view": "the library's own page",
    "^(?P<language>fr|en)$": "the public page; taken as home",
    "public_file": "the public site; its pages are named one by one in tools/shots.py",
    "account_logout": "the menu logs out at once",
    "account_inactive": "the login's own answer",
    "account_set_password": "an invited person's first visit",
    "account_reset_password_done": "an answer to a form",
    "account_reset_password_from_key": "from a mail that is made on request",
    "account_reset_password_from_key_done": "an answer to a form",
    "socialaccount_login_cancelled": "the centre's own login said no",
}
LINK = re.compile(r"""<a\b[^>]*?\bhref=["']([^"'#][^"']*)["']""")
ROW = 4  # name, address, rule of GET, rule of POST
EACH = 3  # addresses of one name that are opened: the second outage has links that the first lacks


@dataclass(frozen=True)
class Found:
    """An address of a page, and the clicks that lead there."""

    address: str
    clicks: int


def pages(table: Path = TABLE) -> dict[str, str]:
    """{name: rule} of every address that shows something by GET, but those of NO_PAGE."""
    found = {}
    for line in table.read_text("utf-8").splitlines():
        words = line.split("#")[0].split()
        if len(words) == ROW and words[2] not in CLOSED and words[0] not in NO_PAGE:
            found[words[0]] = words[2]
    return found


def links(html: str, address: str) -> Iterable[str]:
    """The addresses on this site that a page leads to, in its order, without fragments."""
    here = urlsplit(address)
    for href in LINK.findall(html):
        target = urldefrag(urljoin(address, unescape(href)))[0]
        parts = urlsplit(target)
        if parts.netloc == here.netloc and parts.scheme == here.scheme:
            yield parts._replace(scheme="", netloc="").geturl()


def follow(
    read: Callable[[str], str | None],
    name_of: Callable[[str], str | None],
    starts: Iterable[str],
    *,
    base: str = "http://desk",
    each: Mapping[str, int] = {},
) -> dict[str, Found]:
    """{name of the address: where it was first met}, breadth first from `starts`.

    `read` opens an address (None: not a page), `name_of` gives an address its name. Of one name `EACH` addresses are
    opened, or as many as `each` says. Links to `base` are the desk's own.
    """
    found: dict[str, Found] = {}
    opened: Counter[str] = Counter()
    waiting, met = deque((start, 0) for start in starts), set(starts)
    while waiting:
        address, clicks = waiting.popleft()
        name = name_of(address)
        if name is None or opened[name] >= each.get(name, EACH):
            continue
        html = read(address)
        if html is None:
            continue
        opened[name] += 1
        found.setdefault(name, Found(address, clicks))
        for target in links(html, base + address):
            if target not in met:
                met.add(target)
                waiting.append((target, clicks + 1))
    return found
