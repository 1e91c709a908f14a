"""An outage as lists and first pages show it: the values that their templates ask for."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import pgettext

from vigie.public import queries, rules, texts
from vigie.public.queries import Story


def shown(story: Story, language: str, now: datetime) -> dict[str, Any]:
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
        "planned": not story.facts.sudden,
        "names": texts.names(story.facts.services),
        "when": texts.when(story.facts),
    }


def past(thread: int, told: queries.Told, language: str) -> dict[str, Any]:
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
