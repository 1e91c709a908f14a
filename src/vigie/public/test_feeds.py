"""The Atom feed, read by a reader that others use."""

from datetime import timedelta

import feedparser
import pytest
from django.test import Client
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.public.test_pages import declared, tell
from vigie.public.test_scheduled import announced


def parsed(client: Client, language: str):
    answer = client.get(f"/feeds/news.{language}.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_empty_feed_is_a_feed(cast: Cast, client: Client, language: str):
    found = parsed(client, language)
    assert found.entries == []
    assert found.feed.id.startswith("tag:127.0.0.1,2026:vigie:news:")
    assert found.feed.updated == "2026-01-01T00:00:00Z"
    assert found.feed.author == "Vigie"


def test_one_entry_per_notice_with_the_last_word_first(cast: Cast, clock: Clock, client: Client):
    outage = declared(cast)
    clock.tick(minutes=10)
    tell(cast, outage, fr="Une alimentation a lâché.", en="A power supply failed.")
    found = parsed(client, "en")
    assert [entry.updated for entry in found.entries] == ["2026-11-22T13:36:00Z", "2026-11-22T13:26:00Z"]
    assert found.feed.updated == "2026-11-22T13:36:00Z"
    assert "A power supply failed." in found.entries[0].content[0].value
    assert found.entries[0].link.endswith(f"/en/status/{outage.thread_id}.html#notice-2")
    assert len({entry.id for entry in found.entries}) == 2
    assert {entry.id for entry in found.entries}.isdisjoint(e.id for e in parsed(client, "fr").entries)


def test_a_correction_brings_its_entry_up_to_date_and_makes_no_second_one(
    cast: Cast, clock: Clock, client: Client
):
    outage = declared(cast)
    wrong = outage.thread.notices.get().versions.get()
    before = parsed(client, "en").entries[0]
    clock.tick(minutes=5)
    actions.promise(cast.lucie, outage, clock.now() + timedelta(hours=1))
    right = actions.correct(cast.lucie, outage, wrong, why="It began earlier.")
    actions.approve(cast.lucie, outage, right)
    actions.publish(cast.lucie, outage, right)
    after = parsed(client, "en").entries
    assert len(after) == 1
    assert after[0].id == before.id
    assert after[0].published == before.published
    assert after[0].updated > before.updated
    assert after[0].title.startswith("Correction: ")
    assert "It began earlier." in after[0].content[0].value


def test_what_a_writer_types_can_not_break_the_feed(cast: Cast, clock: Clock, client: Client):
    outage = declared(cast)
    evil = "<script>alert(1)</script> & ]]> \x0b"
    tell(cast, outage, fr=evil, en=evil)
    content = parsed(client, "fr").entries[0].content[0].value
    assert "<script" not in content


@pytest.mark.parametrize("language", ["fr", "en"])
def test_rss_is_read_by_readers_and_a_correction_comes_anew(
    cast: Cast, clock: Clock, client: Client, language: str
):
    outage = declared(cast)
    path = f"/feeds/news.{language}.rss"
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    before = feedparser.parse(answer.content)
    assert (before.bozo, before.version) == (False, "rss20")
    assert before.feed.language == language
    assert before.entries[0].link.endswith(f"/{language}/status/{outage.thread_id}.html#notice-1")
    clock.tick(minutes=5)
    actions.promise(cast.lucie, outage, clock.now() + timedelta(hours=1))
    right = actions.correct(
        cast.lucie, outage, outage.thread.notices.get().versions.get(), why="It began earlier."
    )
    actions.approve(cast.lucie, outage, right)
    actions.publish(cast.lucie, outage, right)
    after = feedparser.parse(client.get(path).content)
    assert len(after.entries) == 1
    assert after.entries[0].id != before.entries[0].id
    assert "It began earlier." in after.entries[0].description


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_who_wants_one_service_or_planned_stops_gets_these_alone(cast: Cast, client: Client, ending: str):
    breakdown = declared(cast, "site", "degraded")
    stop = announced(cast)

    def threads(key: str) -> set[str]:
        entries = feedparser.parse(client.get(f"/feeds/{key}.en.{ending}").content).entries
        return {entry.link.split("/")[-1].split(".")[0] for entry in entries}

    both = {str(breakdown.thread_id), str(stop.thread_id)}
    assert threads("news") == both
    assert threads("maintenance") == {str(stop.thread_id)}
    assert threads("services/storage") == {str(stop.thread_id)}
    assert threads("services/site") == {str(breakdown.thread_id)}
    assert threads("services/farm") == set()
