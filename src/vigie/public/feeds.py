"""The feeds of each language: which there are, and each as Atom, as RSS 2.0 and as a calendar.

In Atom and RSS one entry per notice: a correction brings its Atom entry up to date, and comes anew in RSS, which has
no updates. Nothing here depends on the present moment: a feed changes only when something is published.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.notices.rules import LANGUAGES
from vigie.notices.texts import calendar, encode
from vigie.public import queries
from vigie.public.frame import Page
from vigie.public.material import Mark, Material, about, digest
from vigie.public.queries import Told
from vigie.public.xml import Entry, Head, atom, rss, tag

ENTRIES = 50
# Before anything was told: a feed needs a time, and this one never changes.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
Titled = Callable[[str], str]


def base_url() -> str:
    return str(settings.OPTIONS["site.public_url"] or settings.OPTIONS["site.url"])


@dataclass(frozen=True)
class Feed:
    """What one feed is about. `key` is its path below feeds/, without language and ending."""

    key: str
    title: Titled
    codes: frozenset[str] | None = None
    planned: bool = False
    page: str = "index.html"

    def path(self, language: str, ending: str) -> str:
        return f"feeds/{self.key}{f'.{language}' if language else ''}.{ending}"

    @property
    def identity(self) -> str:
        """What it is about, in words: a service with a new name makes its feeds anew."""
        return (
            f"{self.key} {self.planned} {sorted(self.codes or ())} {[self.title(each) for each in LANGUAGES]}"
        )

    def marks(self, material: Material) -> list[Mark]:
        """The notices in it, last published first."""
        wanted = (mark for mark in material.marks if about(mark, self.codes, planned=self.planned))
        return list(islice(wanted, ENTRIES))


def _news(language: str) -> str:  # noqa: ARG001 # one shape for all titles; the language is active already
    return _("%(centre)s: news of the services") % {"centre": settings.OPTIONS["site.name"]}


def _maintenance(language: str) -> str:  # noqa: ARG001 # same
    return _("%(centre)s: planned stops") % {"centre": settings.OPTIONS["site.name"]}


def _outages(language: str) -> str:  # noqa: ARG001 # same
    return _("%(centre)s: outages") % {"centre": settings.OPTIONS["site.name"]}


def _of(names: dict[str, str], language: str) -> str:
    return _("%(centre)s: %(name)s") % {"centre": settings.OPTIONS["site.name"], "name": names[language]}


NEWS = Feed("news", _news)
MAINTENANCE = Feed("maintenance", _maintenance, planned=True)
OUTAGES = Feed("outages", _outages)  # the calendar of all


def of_services(material: Material) -> list[Feed]:
    return [
        Feed(
            f"services/{service.code}",
            partial(_of, {"fr": service.name_fr, "en": service.name_en}),
            frozenset({service.code}),
        )
        for service in material.services
    ]


def of_experiments(material: Material) -> list[Feed]:
    return [
        Feed(
            f"experiments/{user.code}",
            partial(_of, dict.fromkeys(LANGUAGES, user.name)),
            user.codes,
            page=f"experiments/{user.code}.html",
        )
        for user in material.users
    ]


def pages(material: Material) -> Iterator[Page]:
    """Every file below feeds/; a calendar also without language, in that of the site."""
    own = [*of_services(material), *of_experiments(material)]
    for feed in [NEWS, MAINTENANCE, *own]:
        marks = feed.marks(material)
        depends = digest([feed.identity, *(mark.version for mark in marks)])
        for language in LANGUAGES:
            for ending, write in (("atom", atom), ("rss", rss)):
                path = feed.path(language, ending)
                yield Page(path, partial(_written, write, feed, marks, language, path), depends)
    default = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else LANGUAGES[0]
    for feed in [OUTAGES, *own]:
        threads = material.threads(feed.codes)
        depends = digest([feed.identity, *threads.items()])
        for language in ("", *LANGUAGES):
            render = partial(_calendar, feed, material, list(threads), language or default)
            yield Page(feed.path(language, "ics"), render, depends)


def _calendar(feed: Feed, material: Material, threads: Sequence[int], language: str) -> bytes:
    with translation.override(language):
        name = feed.title(language)
    return encode(calendar(material.courses(threads, language), language, name=name, services=feed.codes))


def _written(
    write: Callable[[Head, Sequence[Entry]], bytes],
    feed: Feed,
    marks: Sequence[Mark],
    language: str,
    path: str,
) -> bytes:
    found = queries.told([mark.version for mark in marks])
    base = base_url()
    with translation.override(language):
        head = Head(
            id=tag(base, f"{feed.key}:{language}"),
            title=feed.title(language),
            language=language,
            own=f"{base}/{path}",
            page=f"{base}/{language}/{feed.page}",
            author=settings.OPTIONS["site.name"],
            updated=max((told.published_at for _thread, told, _first in found), default=NEVER),
            about=_("Every notice about outages, planned or sudden, as it was published."),
        )
        return write(head, [_entry(base, language, *row) for row in found])


def _entry(base: str, language: str, thread: int, told: Told, first: datetime) -> Entry:
    text = told.rendered[language]
    title = f"{_('Correction:')} {text.title}" if told.correction else text.title
    return Entry(
        id=tag(base, f"notice:{told.pk}:{language}"),
        title=title,
        published=first,
        updated=told.published_at,
        page=f"{base}/{language}/status/{thread}.html#notice-{told.number}",
        summary=text.flash,
        kind=told.kind_label,
        correction=f"{_('Correction:')} {told.correction}" if told.correction else "",
        parts=tuple((section.heading, tuple(section.paragraphs)) for section in text.sections),
    )
