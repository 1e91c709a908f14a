"""Every form of every page is filled with what nobody should type, every address asked with nonsense: no page breaks.

The forms are read from the pages themselves, so a new field is attacked on the day it is born.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from tests.test_permissions import ask, browsers, numbers, table  # noqa: F401 # browsers and numbers are fixtures

pytestmark = pytest.mark.slow  # thousands of requests

HOSTILE = {
    "nothing": "",
    "NUL": "\x00",
    "markup": "<script>alert(1)</script>'\"--><img src=x onerror=alert(1)>",
    "header": "a\r\nBcc: everybody@centre.test\r\n\r\nx",
    "sheet": "=cmd|'/c calc'!A1",
    "bar": "a|b;c,d\t\u202e\ud7ff",
    "long": "é" * 100_000,
    "number": "99999999999999999999999999",
    "minus": "-1",
    "day": "9999-12-31 23:59",
    "first day": "0001-01-01 00:00",
    "no such hour": "2026-03-29 02:30",
    "template": "{{ 7|add:7 }}{% debug %} %s %(x)s {0.__class__}",
    "path": "../../../../etc/passwd",
    "broken": "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
}
EVERYWHERE = ("nothing", "NUL", "markup", "number")
FILTERS = (
    *("q", "service", "from", "to", "month", "week", "page", "state", "kind", "year", "view", "format"),
    *("lang", "token", "sort", "limit", "since", "until"),
)
TYPED = {"text", "search", "email", "tel", "url", "number", "password", "date", "time", "datetime-local"}


@dataclass
class Form:
    """A POST form: where it goes, what it holds before anybody types, and which fields are typed into."""

    to: str
    given: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)

    def poisoned(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Nonsense in what is typed, the rest as a browser would send it; then nonsense everywhere."""
        for word, value in HOSTILE.items():
            if self.typed:
                yield word, self.given | dict.fromkeys(self.typed, value)
        for word in EVERYWHERE:
            yield f"{word} everywhere", dict.fromkeys({*self.given, *self.typed}, HOSTILE[word])


class Forms(HTMLParser):
    """The POST forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self._form, self._select = page, list[Form](), Form(""), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attrs}
        name, kind = has.get("name", ""), has.get("type", "text")
        if tag == "form":
            method, action = has.get("method", "").lower(), has.get("action", "")
            self._form = Form(urlsplit(urljoin(self.page, action)).path if method == "post" else "")
        elif tag == "textarea" or (tag == "input" and kind in TYPED):
            self._form.typed.add(name)
        elif tag == "select":
            self._select = name
            self._form.given.setdefault(name, "")
        elif tag == "option" and ("selected" in has or not self._form.given.get(self._select)):
            self._form.given[self._select] = has.get("value", "")
        elif tag == "button" or (
            tag == "input" and (kind == "hidden" or "checked" in has or name not in self._form.given)
        ):
            self._form.given[name] = has.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form.to:
            self._form.given.pop("", None)
            self.found.append(self._form)


def pages(numbers: dict[str, Any]) -> Iterator[str]:  # noqa: F811 # the fixture's value
    for _name, address, by_get, _by_post in table()[1]:
        if by_get not in {"-", "no"}:
            yield address.format(**numbers)


def forms(browser: Client, numbers: dict[str, Any]) -> Iterator[Form]:  # noqa: F811 # the fixture's value
    """Every form that this person finds on any page, once."""
    seen = {"/accounts/logout/"}
    for address in pages(numbers):
        response = ask(browser, "GET", address, {})
        if response.status_code != 200 or "text/html" not in response.headers["Content-Type"]:
            continue
        reader = Forms(address)
        reader.feed(response.content.decode())  # type: ignore[attr-defined] # a page is no stream
        for form in reader.found:
            key = f"{form.to} {sorted(form.given)} {sorted(form.typed)}"
            if form.to not in seen and key not in seen:
                seen.add(key)
                yield form


@pytest.mark.parametrize("role", ["stranger", "lead", "admin"])
def test_no_form_breaks(numbers: dict[str, Any], browsers: dict[str, Client], role: str):  # noqa: F811
    browser, broken = browsers[role], list[str]()
    browser.raise_request_exception = False
    for form in list(forms(browser, numbers)):
        for word, sent in form.poisoned():
            status = ask(browser, "POST", form.to, sent).status_code
            if status >= 500:
                broken.append(f"{form.to} with {word}: {status}")
    assert not broken, "\n".join(broken)


def test_no_address_breaks(numbers: dict[str, Any], browsers: dict[str, Client]):  # noqa: F811
    """Any filter that any page knows, with nonsense in it."""
    browser, broken = browsers["lead"], list[str]()
    browser.raise_request_exception = False
    for address in pages(numbers):
        before = ask(browser, "GET", address, {}).status_code
        for word in EVERYWHERE:
            with_nonsense = browser.get(address, dict.fromkeys(FILTERS, HOSTILE[word]))
            if with_nonsense.status_code >= 500 and with_nonsense.status_code != before:
                broken.append(f"{address} with {word}: {with_nonsense.status_code}")
    assert not broken, "\n".join(broken)
