"""What feeds and calendars are made of: the newest notices and the outages they speak of, read once per build.

First the frozen facts of many notices are read, without their texts: enough to know which feed each belongs to, and
so whether a file must be made anew. Texts are read only for files that are.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from vigie.experiments.queries import experiments
from vigie.notices.rules import Facts
from vigie.notices.texts import Course, Word, course_of
from vigie.public import queries
from vigie.public.frame import kit
from vigie.services.models import Service
from vigie.services.queries import catalogue, needs_of

LOOKED_AT = 1000  # newest published versions in which feeds look for theirs
COURSES = 100  # outages in a calendar, beside all that are open


@dataclass(frozen=True)
class Mark:
    """One published version, known by what it is about."""

    version: int
    notice: int
    thread: int
    codes: frozenset[str]
    sudden: bool


@dataclass(frozen=True)
class User:
    """An experiment as the public sees it: its name, what it uses itself, and all that this hangs on."""

    code: str
    name: str
    uses: tuple[Service, ...]
    needs: tuple[Service, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(service.code for service in (*self.uses, *self.needs))


def _mark(version: int, notice: int, thread: int, facts: Mapping[str, Any]) -> Mark:
    codes = frozenset(service["code"] for service in facts["services"])
    return Mark(version, notice, thread, codes, facts["sudden"])


def about(mark: Mark, codes: frozenset[str] | None, *, planned: bool = False) -> bool:
    """Whether it belongs in a feed of these services (None: of all), or of planned stops only."""
    return (not planned or not mark.sudden) and (codes is None or not codes.isdisjoint(mark.codes))


def digest(words: Iterable[object]) -> str:
    """Stays the same as long as what a file is made of does."""
    whole = " ".join(str(word) for word in words)
    return f"{kit()} {hashlib.sha256(whole.encode()).hexdigest()[:16]}"


class Material:
    """Reads lazily and once: make one per build, or per answer."""

    @cached_property
    def marks(self) -> list[Mark]:
        """The newest versions in force, last published first; of a corrected notice the correction only."""
        rows = queries.published().order_by("-published_at", "-pk")
        found: dict[int, Mark] = {}
        columns = rows.values_list("pk", "notice_id", "notice__thread_id", "facts")
        for version, notice, thread, facts in columns[:LOOKED_AT]:
            found.setdefault(notice, _mark(version, notice, thread, facts))
        return list(found.values())

    @cached_property
    def services(self) -> list[Service]:
        return list(catalogue())

    @cached_property
    def users(self) -> list[User]:
        """The experiments of today, by name, with the services that they use and those that these need."""
        needs = needs_of()
        by_pk = {service.pk: service for service in self.services}
        found = []
        for row in experiments().prefetch_related("uses"):
            own = [service.pk for service in row.uses.all()]
            below = set().union(*(needs.get(pk, ()) for pk in own)) - set(own)
            found.append(
                User(
                    row.code,
                    row.name,
                    uses=tuple(service for service in self.services if service.pk in own),
                    needs=tuple(service for service in self.services if service.pk in below & set(by_pk)),
                )
            )
        return found

    def user(self, code: str) -> User | None:
        return next((user for user in self.users if user.code == code), None)

    @cached_property
    def _open(self) -> list[int]:
        return queries.open_threads()

    @cached_property
    def _rows(self) -> dict[int, list[tuple[int, datetime, Facts]]]:
        """{thread: (version, published at, facts) of all its published versions, oldest first} for calendars."""
        newest = list(dict.fromkeys(mark.thread for mark in self.marks))[:COURSES]
        rows = queries.published().filter(notice__thread__in={*newest, *self._open})
        found: dict[int, list[tuple[int, datetime, Facts]]] = {}
        columns = rows.order_by("published_at", "pk").values_list(
            "pk", "published_at", "facts", "notice__thread_id"
        )
        for pk, at, facts, thread in columns:
            assert at is not None, "what is published has a time"
            found.setdefault(thread, []).append((pk, at, Facts.from_json(facts)))
        return found

    def threads(self, codes: frozenset[str] | None) -> dict[int, int]:
        """{thread: its newest version} of the outages that a calendar of these services shows."""
        return {
            thread: max(pk for pk, _at, _facts in rows)
            for thread, rows in sorted(self._rows.items())
            if codes is None or any(not codes.isdisjoint(_codes(facts)) for _pk, _at, facts in rows)
        }

    @cached_property
    def _flashes(self) -> dict[int, dict[str, str]]:
        """{thread: {language: the flash in force}}"""
        stories = queries.stories(self._rows)
        return {
            thread: {language: text.flash for language, text in story.newest.rendered.items()}
            for thread, story in stories.items()
        }

    def courses(self, threads: Sequence[int], language: str) -> list[Course]:
        return [
            course_of(
                thread,
                [Word(at, facts) for _pk, at, facts in self._rows[thread]],
                language=language,
                flash=self._flashes[thread][language],
            )
            for thread in threads
        ]


def _codes(facts: Facts) -> frozenset[str]:
    return frozenset(service.code for service in facts.services)
