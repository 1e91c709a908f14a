"""Planned stops outside: announced, unconfirmed, moved, cancelled, over; on pages, in banners, for one experiment."""

import json
import re
from datetime import UTC, datetime, timedelta

from django.test import Client
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.public import pages, rules
from vigie.public.test_pages import declared, tell, text_of

START = datetime(2026, 12, 8, 7, 0, tzinfo=UTC)  # Tuesday 8 December, 08:00 in Paris
END = START + timedelta(hours=10)


def announced(cast: Cast, start: datetime = START, end: datetime = END, **services: str) -> Outage:
    windows = {code: Window(effect, start, end) for code, effect in (services or {"storage": "down"}).items()}
    outage = actions.plan(cast.amina, windows=windows, asked_follower=cast.lucie)
    actions.accept_following(cast.lucie, outage)
    tell(cast, outage)
    return outage


def test_what_is_announced_is_planned_with_its_window_and_everything_works(cast: Cast, clock: Clock):
    announced(cast)
    text = text_of("en/index.html", clock)
    assert "All services work." in text
    assert "Planned dCache storage maintenance Tuesday 8 December 2026, 08:00 – 18:00 (10 h)" in text
    assert "mardi 8 décembre 2026, 8 h 00 – 18 h 00 (10 h)" in text_of("fr/index.html", clock)


def test_an_hour_that_passes_without_a_word_is_unconfirmed_and_the_site_knows_when_to_turn(
    cast: Cast, clock: Clock
):
    outage = announced(cast)
    facts = [story.facts for story in pages.queries.open_stories()]
    assert rules.turns_at(facts, START - timedelta(minutes=30)) == START
    clock.set(START + timedelta(minutes=1))
    text = text_of("en/index.html", clock)
    assert "All services work." not in text
    assert "whether it did is unconfirmed" in text
    assert "planned; start unconfirmed" in text
    assert json.loads(pages.one("status.json", clock.now()))["outages"][0]["start_unconfirmed"]
    clock.set(END + timedelta(minutes=1))
    assert "whether it took place is unconfirmed" in text_of(f"en/status/{outage.thread_id}.html", clock)


def test_an_end_that_nobody_confirmed_says_so(cast: Cast, clock: Clock):
    announced(cast)
    clock.set(START)
    outage = Outage.objects.get()
    actions.start(cast.amina, outage)
    actions.promise(cast.lucie, outage, END)
    tell(cast, outage)
    clock.set(END + timedelta(minutes=5))
    assert "It was expected to be over by 18:00 CET; this is unconfirmed." in text_of("en/index.html", clock)


def test_a_cancelled_one_is_shown_as_cancelled_among_the_past(cast: Cast, clock: Clock):
    outage = announced(cast)
    actions.cancel(cast.amina, outage, why="the supplier is ill")
    tell(cast, outage)
    text = text_of("en/past.html", clock)
    assert "dCache storage cancelled Tuesday 8 December 2026, 08:00 – 18:00" in text
    assert "the planned stop is cancelled" in text_of(f"en/status/{outage.thread_id}.html", clock)


def test_a_banner_speaks_of_planned_stops_a_day_before(cast: Cast, clock: Clock):
    announced(cast)
    assert pages.one("motd.en.txt", clock.now()) == b""
    clock.set(START - timedelta(hours=24))
    assert b"dCache" in pages.one("motd.en.txt", clock.now())


def test_an_experiment_sees_only_what_touches_it_however_far_down(cast: Cast, clock: Clock, client: Client):
    announced(cast)
    declared(cast, "site", "degraded")
    users = {user.code: user for user in pages.Material().users}
    touched = {code for code, user in users.items() if "storage" in user.codes}
    assert touched
    for code, user in users.items():
        text = text_of(f"en/experiments/{code}.html", clock)
        assert ("08:00 – 18:00" in text) is (code in touched)
        if "site" not in user.codes:
            assert "all services in use work" in text
        answer = client.get(f"/fr/experiments/{code}.html")
        assert answer.status_code == 200
        for link in re.findall(r'href="\.\./\.\./(feeds/experiments/[^"]+)"', answer.content.decode()):
            assert client.get(f"/{link}").status_code == 200, link
    assert client.get("/en/experiments/nobody.html").status_code == 404
