"""Every service of the catalogue with its state, as the newest notices in force tell it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from vigie.public import rules, texts
from vigie.public.queries import Story
from vigie.services.models import Service


@dataclass(frozen=True)
class Row:
    """One service: its state, since when, and the outage that says so (None where all is well)."""

    code: str
    name: str
    plain: str
    state: str
    since: datetime | None = None
    thread: int | None = None
    note: str = ""


def board(
    services: Sequence[Service], open_stories: Iterable[Story], language: str, now: datetime | None = None
) -> list[Row]:
    """The services in their order. What a notice names is in that state; what it says depends on it is at risk.

    With `now`, a planned stop whose hour has passed unconfirmed shows as one, and says so.
    """
    going_on = [
        story
        for story in open_stories
        if story.facts.state == "ongoing" or (now and rules.start_is_unconfirmed(story.facts, now))
    ]
    rows = []
    for service in services:
        candidates = [row for story in going_on for row in _rows(service, story, language)]
        well = Row(service.code, service.name(language), service.plain(language), "ok")
        rows.append(min(candidates, key=lambda row: rules.STATES.index(row.state), default=well))
    return rows


def _rows(service: Service, story: Story, language: str) -> Iterable[Row]:
    facts = story.facts
    name, plain = service.name(language), service.plain(language)
    for each in facts.open_services:
        if each.code == service.code:
            state = rules.state_of(each.effect, sudden=facts.sudden)
            if facts.state == "announced":
                with translation.override(language):
                    yield Row(
                        service.code, name, plain, state, None, story.pk, _("planned; start unconfirmed")
                    )
                continue
            yield Row(service.code, name, plain, state, each.starts_at, story.pk)
    # Notices carry the names of what depends on the affected services, not their codes.
    if service.name_fr in facts.touched_fr or service.name_en in facts.touched_en:
        with translation.override(language):
            note = _("depends on %(names)s") % {"names": texts.names(facts.open_services)}
        yield Row(service.code, name, plain, "at_risk", None, story.pk, note)
