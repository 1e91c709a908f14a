"""The site for programs and login banners: flash and status as JSON, flash as text."""

import json
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from vigie.notices.rules import FLASH_LIMIT, LANGUAGES
from vigie.public import queries, rules, texts
from vigie.public.queries import Story
from vigie.public.services import board
from vigie.services.queries import catalogue

_ASCII = {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-"}
_ASCII |= {"…": "...", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "→": "->", "•": "*", "€": "EUR", "ß": "ss"}


def dump(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def one_line(text: str) -> str:
    """Text on a single line of at most 200 characters, without control characters (a terminal would obey them)."""
    clean = "".join(" " if unicodedata.category(c).startswith("C") else c for c in text)
    line = " ".join(clean.split())
    return line if len(line) <= FLASH_LIMIT else line[: FLASH_LIMIT - 1].rstrip() + "…"


def ascii_line(text: str) -> str:
    """The same for terminals that know ASCII only: accents fall, nothing else is lost but what has no letter."""
    mapped = "".join(_ASCII.get(c, c) for c in text)
    plain = unicodedata.normalize("NFKD", mapped).encode("ascii", "ignore").decode()
    line = " ".join(plain.split())
    return line if len(line) <= FLASH_LIMIT else line[: FLASH_LIMIT - 3].rstrip() + "..."


def _flashes(language: str, stories: Iterable[Story]) -> list[str]:
    return [one_line(story.newest.rendered[language].flash) for story in stories]


def flash_text(language: str) -> bytes:
    """One flash a line, the worst first; empty when all is well."""
    return "".join(f"{line}\n" for line in _flashes(language, queries.open_stories())).encode()


def motd(language: str, now: datetime) -> bytes:
    """The same in ASCII, for a login banner: what goes on, and the planned stops of the next 24 hours."""
    soon = [story for story in queries.open_stories() if rules.is_soon(story.facts, now)]
    return "".join(f"{ascii_line(line)}\n" for line in _flashes(language, soon)).encode()


def _stamp(at: datetime | None) -> str | None:
    return texts.iso(at) if at else None


def _outage(story: Story, now: datetime) -> dict[str, Any]:
    facts, newest = story.facts, story.newest
    return {
        "id": story.pk,
        "state": rules.outage_state(facts),
        "phase": facts.state,
        "planned": not facts.sudden,
        "services": [service.code for service in facts.open_services],
        "starts_at": _stamp(facts.starts_at),
        "expected_end": _stamp(facts.expected_end),
        "start_unconfirmed": rules.start_is_unconfirmed(facts, now),
        "end_unconfirmed": rules.end_is_unconfirmed(facts, now),
        "next_update_by": _stamp(facts.next_update_by),
        "update_late": rules.promise_is_late(facts, now),
        "published_at": _stamp(newest.published_at),
        "title": {language: newest.rendered[language].title for language in LANGUAGES},
        "flash": {language: newest.rendered[language].flash for language in LANGUAGES},
        "page": {language: f"{language}/status/{story.pk}.html" for language in LANGUAGES},
    }


def flash_json(now: datetime) -> bytes:
    """Flashes in force with the outage each speaks of."""
    flashes = [_outage(story, now) for story in queries.open_stories()]
    return dump({"built_at": texts.iso(now), "flashes": flashes})


def status_json(now: datetime) -> bytes:
    """The whole board: overall state, each service, each open outage; documented in the manual."""
    stories = queries.open_stories()
    rows = board(list(catalogue()), stories, "en", now)
    french = {row.code: row for row in board(list(catalogue()), stories, "fr", now)}
    going_on = [story for story in stories if story.facts.state == "ongoing"]
    sentence = {}
    for language in LANGUAGES:
        with translation.override(language):
            sentence[language] = texts.opening(going_on, now).sentence
    return dump(
        {
            "centre": settings.OPTIONS["site.name"],
            "built_at": texts.iso(now),
            "heartbeat_minutes": settings.OPTIONS["public.heartbeat"],
            "time_zone": settings.TIME_ZONE,
            "state": rules.worst(rules.outage_state(story.facts) for story in going_on),
            "sentence": sentence,
            "services": [
                {
                    "code": row.code,
                    "name": {"fr": french[row.code].name, "en": row.name},
                    "state": row.state,
                    "since": _stamp(row.since),
                    "outage": row.thread,
                }
                for row in rows
            ],
            "outages": [_outage(story, now) for story in stories],
        }
    )


def heartbeat_json(now: datetime) -> bytes:
    """What `fresh.js` asks again and again: when the site was made, and the newest thing on it."""
    return dump({"built_at": texts.iso(now), "news": queries.last_published()[0]})
