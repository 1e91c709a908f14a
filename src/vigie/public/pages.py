"""Every file of the public site by its path: one table, served live and written into the folder alike.

A `Page` knows what it depends on (`depends`): while that stays the same, its bytes do, and a build leaves the file
alone without rendering it. None: rendered at every build, because what it says turns with the clock, and written only if
that changed. Only what speaks of something that goes on, and the first pages, carry the time at which they were made.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import groupby, pairwise
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vigie.notices.rules import LANGUAGES
from vigie.notices.texts import Section
from vigie.public import duty, feeds, queries, rules, statuspage, texts
from vigie.public.experiments import every_way, experiment, names
from vigie.public.frame import Page, Render, assets, html, kit
from vigie.public.material import Material, digest
from vigie.public.plain import flash_json, flash_text, heartbeat_json, motd, status_json
from vigie.public.queries import Line, Story, newest_of
from vigie.public.services import board
from vigie.public.shown import past as past_entry
from vigie.public.shown import shown
from vigie.services.queries import catalogue

RECENT = 5  # past outages on the first page
LISTED = 40  # on the first page of past ones
PER_PAGE = 100  # on a page of a month: keeps it under 60 kB
MONTH = re.compile(r"past-(\d{4}-\d{2})(?:-(\d+))?\.html")

# --- the pages ---


def index(language: str, now: datetime, path: str = "") -> bytes:
    """The first page: what is going on, every service, what is planned, what is past, how to be told."""
    open_ = queries.open_stories()
    begun = [story for story in open_ if rules.has_begun(story.facts, now)]
    planned = sorted(
        (story for story in open_ if story not in begun), key=lambda story: story.facts.starts_at
    )
    with translation.override(language):
        return html(
            "index",
            language,
            path or f"{language}/index.html",
            now,
            opening=texts.opening(begun, now),
            going_on=[shown(story, language, now) for story in begun],
            planned=[shown(story, language, now) for story in planned],
            services=board(list(catalogue()), open_, language, now),
            on_duty=duty.rows(language, now),
            recent=[past_entry(story.pk, story.newest, language) for story in queries.recent_past(RECENT)],
        )


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


def past(language: str, now: datetime) -> bytes:
    """The newest past outages, and the months to look further."""
    counted = queries.past_months(texts.zone())
    with translation.override(language):
        months = [
            {
                "path": Chunk(key, 1, 1, ()).path(language).removeprefix(f"{language}/"),
                "label": _month_label(key),
                "count": count,
                "year": key[:4],
            }
            for key, count in counted
        ]
        return html(
            "past",
            language,
            f"{language}/past.html",
            now,
            kept=True,
            title=_("Past outages"),
            entries=_entries(queries.past_lines(LISTED), language),
            months=months if sum(count for _key, count in counted) > LISTED else [],
        )


def _entries(lines: Sequence[Line], language: str) -> list[dict[str, Any]]:
    return [past_entry(thread, told, language) for thread, told in newest_of(lines)]


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
        return digest([self.of, *(line.newest for line in self.lines)])


def _month_of(start: datetime) -> str:
    return f"{start.astimezone(texts.zone()):%Y-%m}"


def _month_label(key: str) -> str:
    label = date_format(datetime(int(key[:4]), int(key[5:]), 1, tzinfo=texts.zone()), "F Y")
    return label[:1].upper() + label[1:]


def _months(over: Sequence[Line]) -> Iterator[Chunk]:
    """Past outages by the month in which they began (in the centre's zone), newest first, cut into pages."""
    for key, group in groupby(over, key=lambda line: _month_of(line.starts_at)):
        lines = tuple(group)
        cuts = [lines[start : start + PER_PAGE] for start in range(0, len(lines), PER_PAGE)]
        yield from (Chunk(key, number, len(cuts), cut) for number, cut in enumerate(cuts, 1))


def _one_month(key: str) -> list[Chunk]:
    """The pages of one month, read alone."""
    try:
        first = datetime.fromisoformat(f"{key}-01").replace(tzinfo=texts.zone())
    except ValueError:
        return []
    year, month = (first.year, first.month + 1) if first.month < 12 else (first.year + 1, 1)  # noqa: PLR2004 # months of a year
    if year > 9999:  # noqa: PLR2004 # the last year that a datetime knows
        return []
    return list(_months(queries.past_between(first, first.replace(year=year, month=month))))


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
            one_month=True,
            title=_("Outages: %(month)s") % {"month": _month_label(chunk.key)},
            entries=_entries(chunk.lines, language),
            pages=pages if chunk.of > 1 else [],
            page_number=chunk.number,
        )


def missing(language: str, now: datetime, path: str) -> bytes:
    """“There is no such page”, in plain words."""
    with translation.override(language):
        return html("missing", language, path, now, other_url=f"{'../' * path.count('/')}index.html")


# --- the table ---


def default_language() -> str:
    """The language of what has none in its address."""
    return settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else LANGUAGES[0]


def small_files(now: datetime) -> dict[str, Render]:
    """All that is made anew at each build: first pages and texts for machines."""
    made: dict[str, Render] = {}
    for language in LANGUAGES:
        made[f"flash.{language}.txt"] = partial(flash_text, language)
        made[f"motd.{language}.txt"] = partial(motd, language, now)
    made["flash.json"] = partial(flash_json, now)
    made["status.json"] = partial(status_json, now)
    for path in statuspage.FILES:
        made[path] = partial(statuspage.file, path, "en")  # their readers look for English words
    for language in LANGUAGES:
        made[f"{language}/index.html"] = partial(index, language, now)
    made["index.html"] = partial(index, default_language(), now, "index.html")
    made["heartbeat.json"] = partial(heartbeat_json, now)
    return made


def site(now: datetime) -> Iterator[Page]:
    """Every page, in the order in which it must appear: what is linked to comes before what links."""
    material = Material()
    for path, render in assets().items():
        yield Page(path, render, kit())
    lines = queries.outline()
    for line in lines:
        yield from _outage_pages(line, now)
    for chunk in _months([line for line in lines if not line.is_open]):
        for language in LANGUAGES:
            yield Page(chunk.path(language), partial(month, language, now, chunk), chunk.depends)
    yield from feeds.pages(material)
    open_ = queries.open_stories()
    for language in LANGUAGES:
        for user in material.users:
            render = partial(experiment, language, user, material, open_, now)
            yield Page(f"{language}/experiments/{user.code}.html", render)
        ways = partial(every_way, language, material, now)
        yield Page(f"{language}/feeds.html", ways, digest(names(material)))
        yield Page(f"{language}/past.html", partial(past, language, now))
    for path, render in small_files(now).items():
        yield Page(path, render)


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
    if path.startswith("feeds/"):
        return next((page.render() for page in feeds.pages(Material()) if page.path == path), None)
    language, _slash, rest = path.partition("/")
    return _one_in(language, rest, now) if language in LANGUAGES else None


def _one_in(language: str, rest: str, now: datetime) -> bytes | None:
    if found := re.fullmatch(r"status/(\d{1,17})\.html", rest):
        story = queries.stories([int(found[1])]).get(int(found[1]))
        return outage(language, story, now) if story else None
    if found := re.fullmatch(r"experiments/([-\w]+)\.html", rest):
        material = Material()
        user = material.user(found[1])
        return experiment(language, user, material, queries.open_stories(), now) if user else None
    if found := MONTH.fullmatch(rest):
        wanted = [chunk for chunk in _one_month(found[1]) if chunk.path(language) == f"{language}/{rest}"]
        return month(language, now, wanted[0]) if wanted else None
    made = {
        "past.html": lambda: past(language, now),
        "feeds.html": lambda: every_way(language, Material(), now),
    }
    return made[rest]() if rest in made else None
