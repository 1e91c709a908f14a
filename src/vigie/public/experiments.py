"""The page of one experiment, and the page of all ways to be told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import translation

from vigie.notices.rules import LANGUAGES
from vigie.public import queries, rules, texts
from vigie.public.feeds import MAINTENANCE, NEWS, OUTAGES, Feed, of_experiments, of_services
from vigie.public.frame import html
from vigie.public.material import Material, User
from vigie.public.queries import Story
from vigie.public.services import board
from vigie.public.shown import past, shown

RECENT = 5


def _touches(story: Story, user: User) -> bool:
    return not user.codes.isdisjoint(service.code for service in story.facts.services)


def experiment(
    language: str, user: User, material: Material, open_stories: Sequence[Story], now: datetime
) -> bytes:
    """What touches the services that an experiment uses, directly or through what these need; nothing else.

    While something goes on it carries the time at which it was made; else it rests, and a script watches the heartbeat.
    """
    open_ = [story for story in open_stories if _touches(story, user)]
    begun = [story for story in open_ if rules.has_begun(story.facts, now)]
    with translation.override(language):
        [feed] = [each for each in of_experiments(material) if each.key == f"experiments/{user.code}"]
        return html(
            "experiment",
            language,
            f"{language}/experiments/{user.code}.html",
            now,
            kept=not begun,
            watched=not begun,
            name=user.name,
            opening=texts.opening(
                begun, now, well=texts.all_is_well_for(user.name, has_services=bool(user.codes))
            ),
            going_on=[shown(story, language, now) for story in begun],
            planned=[shown(story, language, now) for story in open_ if story not in begun],
            services=board(user.uses, open_, language, now),
            below=board(user.needs, open_, language, now),
            recent=[
                past(story.pk, story.newest, language) for story in _recent(user, material, open_stories)
            ],
            feed=_addresses(feed, language),
        )


def _recent(user: User, material: Material, open_stories: Sequence[Story]) -> list[Story]:
    """The outages of its services that are over, the one last spoken of first."""
    going_on = {story.pk for story in open_stories}
    about = (mark.thread for mark in material.marks if not user.codes.isdisjoint(mark.codes))
    threads = [thread for thread in dict.fromkeys(about) if thread not in going_on][:RECENT]
    found = queries.stories(threads)
    return [found[thread] for thread in threads]


def _addresses(feed: Feed, language: str) -> dict[str, str]:
    return {ending: feed.path(language, ending) for ending in ("atom", "rss", "ics")}


def every_way(language: str, material: Material, now: datetime) -> bytes:
    """All feeds and calendars: of everything, of a service, of an experiment."""
    with translation.override(language):
        rows: list[dict[str, Any]] = [
            {"name": service.name(language), "plain": service.plain(language), **_addresses(feed, language)}
            for service, feed in zip(material.services, of_services(material), strict=True)
        ]
        users = [
            {"name": user.name, "code": user.code, **_addresses(feed, language)}
            for user, feed in zip(material.users, of_experiments(material), strict=True)
        ]
        return html(
            "feeds",
            language,
            f"{language}/feeds.html",
            now,
            kept=True,
            news=_addresses(NEWS, language),
            maintenance=_addresses(MAINTENANCE, language),
            calendar=OUTAGES.path(language, "ics"),
            services=rows,
            users=users,
        )


def names(material: Material) -> list[str]:
    """What the page of all ways depends on."""
    return [
        *(
            f"{row.code} {row.name_fr} {row.name_en} {row.plain_fr} {row.plain_en}"
            for row in material.services
        ),
        *(f"{user.code} {user.name}" for user in material.users),
        *LANGUAGES,
    ]
