"""`/api/v2/…`: the public site in the shape that readers of Statuspage know (its public "status API", version 2).

What their words mean here: a sudden outage is an incident, a scheduled one a scheduled maintenance; a notice is an
update. Nothing depends on the present moment: an answer changes when something is published.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import pgettext

from vigie.notices.rules import Effect, Facts, Kind
from vigie.public import queries, rules, texts
from vigie.public.feeds import NEVER, base_url
from vigie.public.plain import dump
from vigie.public.queries import Story, Told
from vigie.public.services import board
from vigie.services.models import Service
from vigie.services.queries import catalogue

SHOWN = 50  # incidents and maintenances, as theirs
# From best to worst; each state of ours has one of theirs, so that "worse" stays worse.
COMPONENT = {
    "ok": "operational",
    "maintenance": "under_maintenance",
    "at_risk": "degraded_performance",
    "degraded": "partial_outage",
    "down": "major_outage",
    "unknown": "under_maintenance",
}
INDICATOR = {"at_risk": "minor", "degraded": "major", "down": "critical"}


def _description(state: str) -> str:
    return {
        "ok": pgettext("statuspage", "All Systems Operational"),
        "maintenance": pgettext("statuspage", "Service Under Maintenance"),
        "unknown": pgettext("statuspage", "Service Under Maintenance"),
        "at_risk": pgettext("statuspage", "Partially Degraded Service"),
        "degraded": pgettext("statuspage", "Partial System Outage"),
        "down": pgettext("statuspage", "Major System Outage"),
    }[state]


def plain(text: str) -> str:
    """Their readers take a text for HTML: angle brackets, which a notice has as characters only, are drawn as ‹ ›."""
    return text.replace("<", "‹").replace(">", "›")


def _stamp(at: datetime | None) -> str | None:
    return texts.iso(at) if at else None


def update_status(told: Told, *, first: bool) -> str:
    """What their readers call the moment that a notice speaks of."""
    facts = told.facts
    if facts.sudden:
        if facts.state == "ended":
            return "resolved"
        if not facts.open_services:
            return "monitoring"
        return "investigating" if first or facts.reopened else "identified"
    if facts.state in {"ended", "cancelled"}:
        return "completed"
    if facts.state == "announced":
        return "scheduled"
    return "in_progress" if facts.open_services else "verifying"


class Answer:
    """All answers of one moment, in one language; what they share is read once."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.page_id = urlsplit(base_url()).hostname or "localhost"

    # --- what is read ---

    @cached_property
    def open(self) -> list[Story]:
        return queries.open_stories()

    @cached_property
    def services(self) -> list[Service]:
        return list(catalogue())

    def _newest(self, *, sudden: bool) -> list[Story]:
        """The newest of one kind, what is open among them always."""
        pks = {line.thread for line in queries.newest_lines(SHOWN, sudden=sudden)}
        pks |= {story.pk for story in self.open if story.facts.sudden is sudden}
        found = queries.stories(pks).values()
        return sorted(found, key=lambda story: (story.facts.starts_at, story.pk), reverse=True)

    # --- parts ---

    def page(self) -> dict[str, Any]:
        return {
            "id": self.page_id,
            "name": settings.OPTIONS["site.name"],
            "url": base_url(),
            "time_zone": settings.TIME_ZONE,
            "updated_at": texts.iso(queries.last_published()[1] or NEVER),
        }

    def rollup(self) -> dict[str, str]:
        with translation.override(self.language):
            begun = [story for story in self.open if story.facts.state == "ongoing"]
            state = rules.worst(rules.outage_state(story.facts) for story in begun)
            return {"indicator": INDICATOR.get(state, "none"), "description": _description(state)}

    @cached_property
    def components(self) -> list[dict[str, Any]]:
        states = {row.code: row.state for row in board(self.services, self.open, self.language)}
        told = {
            service.code: story.last_word_at
            for story in reversed(self.open)
            for service in story.facts.services
        }
        return [
            self._component(service, COMPONENT[states[service.code]], told.get(service.code, NEVER), position)
            for position, service in enumerate(self.services, 1)
        ]

    def _component(self, service: Service, status: str, at: datetime, position: int) -> dict[str, Any]:
        return {
            "id": service.code,
            "name": service.name(self.language),
            "status": status,
            "created_at": texts.iso(NEVER),
            "updated_at": texts.iso(at),
            "position": position,
            "description": service.plain(self.language),
            "showcase": False,
            "start_date": None,
            "group_id": None,
            "page_id": self.page_id,
            "group": False,
            "only_show_if_degraded": False,
        }

    def incident(self, story: Story) -> dict[str, Any]:
        """One outage; a scheduled one carries its window besides."""
        facts, first = story.facts, story.told[0]
        updates = [self._update(story, told, number) for number, told in enumerate(story.told)]
        back = next((row for row in updates if row["status"] == "monitoring"), None)
        over = facts.ended_at if facts.state == "ended" else None
        if facts.state == "cancelled":
            over = story.last_word_at
        found: dict[str, Any] = {
            "id": f"outage-{story.pk}",
            "name": plain(story.newest.rendered[self.language].title),
            "status": self._status(story),
            "created_at": texts.iso(first.before[0].published_at if first.before else first.published_at),
            "updated_at": texts.iso(story.last_word_at),
            "monitoring_at": back["created_at"] if back else None,
            "resolved_at": _stamp(over),
            "impact": _impact(facts),
            "shortlink": f"{base_url()}/{self.language}/status/{story.pk}.html",
            "started_at": texts.iso(facts.starts_at),
            "page_id": self.page_id,
            "incident_updates": updates[::-1],
            "components": self._touched(facts),
        }
        if not facts.sudden:
            found["scheduled_for"] = texts.iso(facts.starts_at)
            found["scheduled_until"] = _stamp(facts.expected_end or facts.ended_at or facts.starts_at)
        return found

    def _status(self, story: Story) -> str:
        newest = story.newest
        if newest.kind == Kind.REPORT and newest.facts.sudden:
            return "resolved"
        return update_status(newest, first=len(story.told) == 1)

    def _update(self, story: Story, told: Told, number: int) -> dict[str, Any]:
        text = told.rendered[self.language]
        body = "\n\n".join(f"{section.heading}: {section.text}" for section in text.sections)
        first = told.before[0].published_at if told.before else told.published_at
        return {
            "id": f"notice-{told.pk}",
            "status": update_status(told, first=number == 0),
            "body": plain(f"{told.correction}\n\n{body}" if told.correction else body),
            "incident_id": f"outage-{story.pk}",
            "created_at": texts.iso(first),
            "updated_at": texts.iso(told.published_at),
            "display_at": texts.iso(first),
            "affected_components": self._changes(story, number),
            "deliver_notifications": True,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _changes(self, story: Story, number: int) -> list[dict[str, str]]:
        """Each service that a notice spoke of, with its state in the notice before and in this one."""
        before = _states(story.told[number - 1].facts) if number else {}
        facts = story.told[number].facts
        now = _states(facts)
        return [
            {
                "code": service.code,
                "name": service.name(self.language),
                "old_status": before.get(service.code, "operational"),
                "new_status": now[service.code],
            }
            for service in facts.services
        ]

    def _touched(self, facts: Facts) -> list[dict[str, Any]]:
        named = {service.code for service in facts.services}
        return [row for row in self.components if row["id"] in named]

    # --- whole answers ---

    def summary(self) -> dict[str, Any]:
        unresolved = [story for story in self.open if story.facts.sudden]
        planned = [story for story in self.open if not story.facts.sudden]
        return {
            "page": self.page(),
            "components": self.components,
            "incidents": self._all(unresolved),
            "scheduled_maintenances": self._all(planned),
            "status": self.rollup(),
        }

    def _all(self, stories: Iterable[Story]) -> list[dict[str, Any]]:
        return [self.incident(story) for story in stories]

    def status(self) -> dict[str, Any]:
        return {"page": self.page(), "status": self.rollup()}

    def all_components(self) -> dict[str, Any]:
        return {"page": self.page(), "components": self.components}

    def incidents(self, stories: Sequence[Story] | None = None) -> dict[str, Any]:
        chosen = self._newest(sudden=True)[:SHOWN] if stories is None else stories
        return {"page": self.page(), "incidents": self._all(chosen)}

    def maintenances(self, stories: Sequence[Story] | None = None) -> dict[str, Any]:
        chosen = self._newest(sudden=False)[:SHOWN] if stories is None else stories
        return {"page": self.page(), "scheduled_maintenances": self._all(chosen)}

    def unresolved(self) -> dict[str, Any]:
        return self.incidents([story for story in self.open if story.facts.sudden])

    def upcoming(self) -> dict[str, Any]:
        return self._planned("announced")

    def active(self) -> dict[str, Any]:
        return self._planned("ongoing")

    def _planned(self, state: str) -> dict[str, Any]:
        return self.maintenances(
            [story for story in self.open if not story.facts.sudden and story.facts.state == state]
        )


def _states(facts: Facts) -> dict[str, str]:
    """{service: its state in their words} as a notice tells it; what is only announced works still."""
    going_on = facts.state == "ongoing"
    return {
        service.code: COMPONENT[rules.state_of(service.effect, sudden=facts.sudden)]
        if going_on and service.restored_at is None
        else "operational"
        for service in facts.services
    }


def _impact(facts: Facts) -> str:
    if not facts.sudden:
        return "maintenance"
    if facts.false_alarm:
        return "none"
    order = list(Effect)
    worst = min((service.effect for service in facts.services), key=lambda each: order.index(Effect(each)))
    return INDICATOR[str(Effect(worst))]


Made = Callable[[Answer], dict[str, Any]]
FILES: dict[str, Made] = {
    "api/v2/summary.json": Answer.summary,
    "api/v2/status.json": Answer.status,
    "api/v2/components.json": Answer.all_components,
    "api/v2/incidents.json": Answer.incidents,
    "api/v2/incidents/unresolved.json": Answer.unresolved,
    "api/v2/scheduled-maintenances.json": Answer.maintenances,
    "api/v2/scheduled-maintenances/upcoming.json": Answer.upcoming,
    "api/v2/scheduled-maintenances/active.json": Answer.active,
}


def file(path: str, language: str) -> bytes:
    """One of `FILES`, in a language."""
    with translation.override(language):
        return dump(FILES[path](Answer(language)))
