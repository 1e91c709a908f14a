"""Every file of the public site by its path: one table, served live and written into the folder alike.

A `Page` knows what it depends on (`depends`): while that stays the same, its bytes do, and a build leaves the file
alone without rendering it. None means that it carries the time at which it was made: rendered at every build.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from vigie.notices.rules import LANGUAGES
from vigie.notices.texts import Section
from vigie.public import queries, rules, texts
from vigie.public.feeds import atom
from vigie.public.plain import flash_json, flash_text, heartbeat_json, motd, status_json
from vigie.public.queries import Line, Story, newest_of
from vigie.public.services import board
from vigie.services.queries import catalogue

HERE = Path(__file__).resolve().parent
ASSETS = HERE / "assets"
RECENT = 5  # past outages on the first page
LISTED = 40  # on the first page of past ones
PER_PAGE = 100  # on a page of a month: keeps it under 60 kB
MONTH = re.compile(r"past-(\d{4}-\d{2})(?:-(\d+))?\.html")
Render = Callable[[], bytes]


@dataclass(frozen=True)
class Page:
    path: str
    render: Render
    depends: str | None = None


@cache
def kit() -> str:
    """What all pages depend on: templates, words, styles, names of the installation."""
    found = hashlib.sha256(f"{settings.OPTIONS['site.name']}".encode())
    for name in ("site.url", "site.public_url", "site.contact", "site.time_zone", "public.heartbeat"):
        found.update(f"{name}={settings.OPTIONS[name]}\n".encode())
    sources = [path for path in HERE.rglob("*") if path.suffix in {".py", ".html", ".css", ".js"}]
    for path in sorted(sources) + sorted(HERE.parent.glob("locale/*/LC_MESSAGES/django.mo")):
        found.update(path.read_bytes())
    found.update(stylesheet())
    return found.hexdigest()[:12]


@cache
def stylesheet() -> bytes:
    """One small sheet: the desk's tokens, then the public pages' own rules; comments and indentation taken out."""
    tokens = finders.find("vigie/tokens.css")
    assert isinstance(tokens, str), "vigie/tokens.css is part of the package"
    text = Path(tokens).read_text("utf-8") + (ASSETS / "site.css").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip().encode()


def assets() -> dict[str, Render]:
    return {
        "assets/site.css": stylesheet,
        "assets/fresh.js": (ASSETS / "fresh.js").read_bytes,
        "assets/icon.svg": (ASSETS / "icon.svg").read_bytes,
    }


def html(template: str, language: str, path: str, now: datetime, **context: Any) -> bytes:
    """A page at `path` in one language; all its links are relative, so that the folder works from anywhere."""
    with translation.override(language):
        root = "../" * path.count("/")
        other = next(each for each in LANGUAGES if each != language)
        base = {
            "language": language,
            "other": other,
            "other_label": {"fr": "Français", "en": "English"}[other],
            "other_url": f"{root}{path.replace(f'{language}/', f'{other}/', 1) if '/' in path else f'{other}/index.html'}",
            "root": root,
            "here": f"{root}{language}/",
            "kit": kit(),
            "centre": settings.OPTIONS["site.name"],
            "contact": settings.OPTIONS["site.contact"],
            "desk": settings.OPTIONS["site.url"],
            "heartbeat": settings.OPTIONS["public.heartbeat"],
            "stale_note": texts.stale_note(),
            "now": now,
            "zone": texts.zone_words(now),
        }
        if not context.get("kept"):
            base["news"] = queries.last_published()[0]  # what fresh.js compares heartbeat.json with
        return render_to_string(f"public/{template}.html", base | context).encode()


# --- the pages ---


def index(language: str, now: datetime, path: str = "") -> bytes:
    """The first page: what is going on, every service, what is planned, what is past, how to be told."""
    open_ = queries.open_stories()
    going_on = [story for story in open_ if story.facts.state == "ongoing"]
    with translation.override(language):
        return html(
            "index",
            language,
            path or f"{language}/index.html",
            now,
            opening=texts.opening(going_on, now),
            going_on=[_shown(story, language, now) for story in going_on],
            planned=[_shown(story, language, now) for story in open_ if story not in going_on],
            services=board(list(catalogue()), open_, language),
            recent=[_past(story.pk, story.newest, language) for story in queries.recent_past(RECENT, open_)],
        )


def _shown(story: Story, language: str, now: datetime) -> dict[str, Any]:
    newest = story.newest
    flash = newest.rendered[language].flash if language in newest.own_flashes else ""
    return {
        "pk": story.pk,
        "newest": newest,
        "flash": flash,
        "opening": texts.story_opening(story.facts, now),
        "late": rules.promise_is_late(story.facts, now),
        "sections": newest.rendered[language].sections,
        "count": len(story.told),
        "at": newest.published_at,
        "state": rules.outage_state(story.facts),
    }


def _past(thread: int, told: queries.Told, language: str) -> dict[str, Any]:
    facts = told.facts
    states = {rules.state_of(service.effect, sudden=facts.sudden) for service in facts.services}
    with translation.override(language):
        return {
            "pk": thread,
            "names": texts.names(facts.services),
            "state": rules.worst(states),
            "over": not rules.is_open(facts),
            "note": pgettext("outage", "false alarm")
            if facts.false_alarm
            else pgettext("outage", "cancelled")
            if facts.state == "cancelled"
            else "",
            "when": texts.when(facts),
        }


def outage(language: str, story: Story, now: datetime) -> bytes:
    """One outage: the sentence, then all that was told of it, newest first."""
    kept = not rules.is_open(story.facts)
    notices = [
        {
            "told": told,
            "text": told.rendered[language],
            "sections": sections,
            "before": [(before, before.rendered[language]) for before in reversed(told.before)],
        }
        for told, sections in reversed(list(zip(story.told, _said_anew(story, language), strict=True)))
    ]
    with translation.override(language):
        facts = story.facts
        return html(
            "outage",
            language,
            f"{language}/status/{story.pk}.html",
            now,
            kept=kept,
            opening=texts.story_opening(facts, now, kept=kept),
            title=texts.names(facts.services),
            facts=facts,
            when=texts.when(facts),
            services=[
                (
                    service.name(language),
                    service.plain(language),
                    "ok"
                    if service.restored_at or not rules.is_open(facts)
                    else rules.state_of(service.effect, sudden=facts.sudden),
                    service.restored_at,
                )
                for service in facts.services
            ],
            notices=notices,
            last_word_at=story.last_word_at,
        )


def _said_anew(story: Story, language: str) -> list[list[Section]]:
    """For each notice the parts that the one before did not have; the first and the newest in full.

    An outage of a day has fifty notices that say nearly the same: what was new in each is what a reader looks for.
    """
    texts_told = [told.rendered[language].sections for told in story.told]
    found = [list(texts_told[0])]
    for before, here in pairwise(texts_told):
        known = {(section.key, section.text) for section in before}
        found.append([section for section in here if (section.key, section.text) not in known])
    found[-1] = list(texts_told[-1])
    return found


def past(language: str, now: datetime, lines: Sequence[Line]) -> bytes:
    """The newest past outages, and the months to look further."""
    over = [line for line in lines if not line.is_open]
    with translation.override(language):
        months = [
            {
                "path": chunks[0].path(language).removeprefix(f"{language}/"),
                "label": _month_label(key),
                "count": sum(len(chunk.lines) for chunk in chunks),
                "year": key[:4],
            }
            for key, chunks in _months(over).items()
        ]
        return html(
            "past",
            language,
            f"{language}/past.html",
            now,
            kept=False,
            title=_("Past outages"),
            entries=[_past(thread, told, language) for thread, told in newest_of(over[:LISTED])],
            months=months if len(over) > LISTED else [],
            total=len(over),
        )


@dataclass(frozen=True)
class Chunk:
    """A page of a month: at most `PER_PAGE` outages."""

    key: str
    number: int
    of: int
    lines: tuple[Line, ...]

    def path(self, language: str) -> str:
        return f"{language}/past-{self.key}{f'-{self.number}' if self.number > 1 else ''}.html"

    @property
    def depends(self) -> str:
        pks = " ".join(str(line.newest) for line in self.lines)
        return f"{kit()} {self.of} {hashlib.sha256(pks.encode()).hexdigest()[:16]}"


def _month_label(key: str) -> str:
    label = date_format(datetime(int(key[:4]), int(key[5:]), 1, tzinfo=texts.zone()), "F Y")
    return label[:1].upper() + label[1:]


def _months(over: Sequence[Line]) -> dict[str, list[Chunk]]:
    """Past outages by the month in which they began (in the centre's zone), newest first, cut into pages."""
    found = {}
    for key, group in groupby(over, key=lambda line: f"{line.starts_at.astimezone(texts.zone()):%Y-%m}"):
        lines = tuple(group)
        cuts = [lines[start : start + PER_PAGE] for start in range(0, len(lines), PER_PAGE)]
        found[key] = [Chunk(key, number, len(cuts), cut) for number, cut in enumerate(cuts, 1)]
    return found


def month(language: str, now: datetime, chunk: Chunk) -> bytes:
    """One month of past outages."""
    path = chunk.path(language)
    with translation.override(language):
        pages = [
            (number, Chunk(chunk.key, number, chunk.of, ()).path(language).removeprefix(f"{language}/"))
            for number in range(1, chunk.of + 1)
        ]
        return html(
            "past",
            language,
            path,
            now,
            kept=True,
            title=_("Outages: %(month)s") % {"month": _month_label(chunk.key)},
            entries=[_past(thread, told, language) for thread, told in newest_of(chunk.lines)],
            pages=pages if chunk.of > 1 else [],
            page_number=chunk.number,
        )


def missing(language: str, now: datetime, path: str) -> bytes:
    """“There is no such page”, in plain words."""
    with translation.override(language):
        return html("missing", language, path, now, other_url=f"{'../' * path.count('/')}index.html")


# --- the table ---


def small_files(now: datetime) -> dict[str, Render]:
    """All that is made anew at each build: first pages, texts for machines, feeds."""
    default = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else LANGUAGES[0]
    made: dict[str, Render] = {}
    for language in LANGUAGES:
        made[f"feeds/news.{language}.atom"] = lambda language=language: atom(language)  # type: ignore[misc] # mypy has no type for a default that binds a loop variable
        made[f"flash.{language}.txt"] = lambda language=language: flash_text(language)  # type: ignore[misc] # same
        made[f"motd.{language}.txt"] = lambda language=language: motd(language)  # type: ignore[misc] # same
    made["flash.json"] = lambda: flash_json(now)
    made["status.json"] = lambda: status_json(now)
    for language in LANGUAGES:
        made[f"{language}/index.html"] = lambda language=language: index(language, now)  # type: ignore[misc] # same
    made["index.html"] = lambda: index(default, now, "index.html")
    made["heartbeat.json"] = lambda: heartbeat_json(now)
    return made


def site(now: datetime) -> Iterator[Page]:
    """Every page, in the order in which it must appear: what is linked to comes before what links."""
    for path, render in assets().items():
        yield Page(path, render, kit())
    lines = queries.outline()
    for line in lines:
        yield from _outage_pages(line, now)
    for chunks in _months([line for line in lines if not line.is_open]).values():
        for chunk in chunks:
            for language in LANGUAGES:
                yield Page(chunk.path(language), _bound(month, language, now, chunk), chunk.depends)
    for language in LANGUAGES:
        yield Page(f"{language}/past.html", _bound(past, language, now, lines))
    for path, render in small_files(now).items():
        yield Page(path, render)


def _bound(function: Callable[..., bytes], *arguments: Any) -> Render:
    return lambda: function(*arguments)


def _outage_pages(line: Line, now: datetime) -> Iterator[Page]:
    """An outage that goes on carries the time at which it was made; one that is over never changes by itself."""
    depends = None if line.is_open else f"{kit()} {line.last_version}"
    story = cache(
        lambda: queries.stories([line.thread])[line.thread]
    )  # read once for both languages, if at all
    for language in LANGUAGES:

        def render(language: str = language) -> bytes:
            return outage(language, story(), now)

        yield Page(f"{language}/status/{line.thread}.html", render, depends)


def one(path: str, now: datetime) -> bytes | None:
    """The bytes of one path as they stand at `now`, without making the others; None if there is no such page."""
    if render := (assets() | small_files(now)).get(path):
        return render()
    language, _slash, rest = path.partition("/")
    if language not in LANGUAGES:
        return None
    if found := re.fullmatch(r"status/(\d{1,17})\.html", rest):
        story = queries.stories([int(found[1])]).get(int(found[1]))
        return outage(language, story, now) if story else None
    if rest == "past.html":
        return past(language, now, queries.outline())
    if found := MONTH.fullmatch(rest):
        over = [line for line in queries.outline() if not line.is_open]
        chunks = _months(over).get(found[1], [])
        wanted = [chunk for chunk in chunks if chunk.path(language) == path]
        return month(language, now, wanted[0]) if wanted else None
    return None
