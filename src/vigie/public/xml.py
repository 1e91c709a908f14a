"""Atom (RFC 4287) and RSS 2.0 of the same entries. Knows XML, nothing of where the entries come from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from django.utils.html import format_html, format_html_join

ATOM = "http://www.w3.org/2005/Atom"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BY_HAND = "by-hand"  # the emergency program writes after this comment
RSS_TTL = 15  # minutes


@dataclass(frozen=True)
class Head:
    """The feed itself: a name for ever, a title, the address of the feed and that of the page that it follows."""

    id: str
    title: str
    language: str
    own: str
    page: str
    author: str
    updated: datetime
    about: str


@dataclass(frozen=True)
class Entry:
    """One notice; `updated` is later than `published` if it was corrected."""

    id: str
    title: str
    published: datetime
    updated: datetime
    page: str
    summary: str
    kind: str
    correction: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def html(self) -> str:
        corrected = format_html("<p><strong>{}</strong></p>", self.correction) if self.correction else ""
        body = format_html_join(
            "",
            "<h3>{}</h3>{}",
            (
                (name, format_html_join("", "<p>{}</p>", ((text,) for text in texts)))
                for name, texts in self.parts
            ),
        )
        return f"{corrected}{body}"


def tag(base: str, what: str) -> str:
    """A name that stays the same for ever, wherever the pages move (RFC 4151)."""
    return f"tag:{urlsplit(base).hostname or 'localhost'},2026:vigie:{what}"


def clean(text: str) -> str:
    return NOT_XML.sub(" ", text)


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, name, attributes)
    made.text = clean(text)
    return made


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _link(parent: ET.Element, rel: str, url: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": url, "type": kind})


def _by_hand(parent: ET.Element) -> None:
    parent.append(ET.Comment(BY_HAND))
    parent.append(ET.Comment(f"/{BY_HAND}"))


def _bytes(root: ET.Element) -> bytes:
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def atom(head: Head, entries: Sequence[Entry]) -> bytes:
    ET.register_namespace("", ATOM)

    def name(local: str) -> str:
        return f"{{{ATOM}}}{local}"

    feed = ET.Element(name("feed"), {XML_LANG: head.language})
    _add(feed, name("id"), head.id)
    _add(feed, name("title"), head.title)
    _add(feed, name("updated"), _iso(head.updated))
    _link(feed, "self", head.own, "application/atom+xml")
    _link(feed, "alternate", head.page, "text/html")
    _add(ET.SubElement(feed, name("author")), name("name"), head.author)
    _by_hand(feed)
    for each in entries:
        entry = ET.SubElement(feed, name("entry"))
        _add(entry, name("id"), each.id)
        _add(entry, name("title"), each.title)
        _add(entry, name("published"), _iso(each.published))
        _add(entry, name("updated"), _iso(each.updated))
        _link(entry, "alternate", each.page, "text/html")
        ET.SubElement(entry, name("category"), {"term": clean(each.kind)})
        _add(entry, name("summary"), each.summary)
        _add(entry, name("content"), each.html, type="html")
    return _bytes(feed)


def rss(head: Head, entries: Sequence[Entry]) -> bytes:
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", head.title)
    _add(channel, "link", head.page)
    _add(channel, "description", head.about)
    _add(channel, "language", head.language)
    _add(channel, "lastBuildDate", format_datetime(head.updated.astimezone(UTC), usegmt=True))
    _add(channel, "ttl", str(RSS_TTL))
    # Spelt out: the library keeps one prefix for a namespace, and Atom's is the empty one.
    ET.SubElement(channel, "atom:link", {"rel": "self", "href": head.own, "type": "application/rss+xml"})
    _by_hand(channel)
    for each in entries:
        item = ET.SubElement(channel, "item")
        _add(item, "title", each.title)
        _add(item, "link", each.page)
        # RSS knows no updates: what was corrected comes as an item of its own.
        mark = f":{int(each.updated.timestamp())}" if each.updated > each.published else ""
        _add(item, "guid", f"{each.id}{mark}", isPermaLink="false")
        _add(item, "pubDate", format_datetime(each.updated.astimezone(UTC), usegmt=True))
        _add(item, "category", each.kind)
        _add(item, "description", each.html)
    return _bytes(root)
