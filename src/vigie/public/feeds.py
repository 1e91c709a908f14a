"""The Atom feed of each language: one entry per notice; a correction brings its entry up to date."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from django.conf import settings
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from vigie.public import queries, texts
from vigie.public.queries import Told

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
# Before anything was told: a feed needs a time, and this one never changes.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BY_HAND = "by-hand"  # the emergency program writes after this comment


def base_url() -> str:
    return str(settings.OPTIONS["site.public_url"] or settings.OPTIONS["site.url"])


def tag(what: str) -> str:
    """A name that stays the same for ever, wherever the pages move (RFC 4151)."""
    return f"tag:{urlsplit(base_url()).hostname or 'localhost'},2026:vigie:{what}"


def clean(text: str) -> str:
    return NOT_XML.sub(" ", text)


def atom(language: str) -> bytes:
    """The feed as it stands; it changes only when something is published."""
    ET.register_namespace("", ATOM)
    found = queries.newest_notices(ENTRIES)
    with translation.override(language):
        base = base_url()
        feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
        _text(feed, "id", tag(f"news:{language}"))
        _text(
            feed, "title", _("%(centre)s: news of the services") % {"centre": settings.OPTIONS["site.name"]}
        )
        newest = max((told.published_at for _thread, told, _first in found), default=NEVER)
        _text(feed, "updated", texts.iso(newest))
        _link(feed, "self", f"{base}/feeds/news.{language}.atom", "application/atom+xml")
        _link(feed, "alternate", f"{base}/{language}/index.html", "text/html")
        author = ET.SubElement(feed, f"{{{ATOM}}}author")
        _text(author, "name", settings.OPTIONS["site.name"])
        feed.append(ET.Comment(BY_HAND))
        feed.append(ET.Comment(f"/{BY_HAND}"))
        for thread, told, first in found:
            feed.append(_entry(thread, told, first, language))
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _entry(thread: int, told: Told, first: datetime, language: str) -> ET.Element:
    text = told.rendered[language]
    entry = ET.Element(f"{{{ATOM}}}entry")
    _text(entry, "id", tag(f"notice:{told.pk}:{language}"))
    title = f"{_('Correction:')} {text.title}" if told.correction else text.title
    _text(entry, "title", title)
    _text(entry, "published", texts.iso(first))
    _text(entry, "updated", texts.iso(told.published_at))
    url = f"{base_url()}/{language}/status/{thread}.html"
    _link(entry, "alternate", f"{url}#notice-{told.number}", "text/html")
    _text(entry, "summary", text.flash)
    corrected = (
        format_html("<p><strong>{}</strong> {}</p>", _("Correction:"), told.correction)
        if told.correction
        else ""
    )
    body = format_html_join(
        "",
        "<h3>{}</h3>{}",
        (
            (section.heading, format_html_join("", "<p>{}</p>", ((part,) for part in section.paragraphs)))
            for section in text.sections
        ),
    )
    content = ET.SubElement(entry, f"{{{ATOM}}}content", {"type": "html"})
    content.text = clean(f"{corrected}{body}")
    return entry


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = clean(text)


def _link(parent: ET.Element, rel: str, url: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": url, "type": kind})
