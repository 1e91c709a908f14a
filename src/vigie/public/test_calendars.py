"""Calendars, read back by another library than the one that wrote them."""

from datetime import UTC, datetime, timedelta

import pytest
import vobject
from django.test import Client
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.actions import Window
from vigie.post.models import Delivery
from vigie.public.test_pages import declared, tell
from vigie.public.test_scheduled import END, START, announced

NIGHT = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30 in Paris; at 02:00 the clocks go forward


def read(client: Client, path: str = "/feeds/outages.en.ics") -> dict[str, vobject.base.Component]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    found = vobject.readOne(answer.content.decode())
    assert found.contents["refresh-interval"][0].value == "PT1H"
    return {event.uid.value: event for event in found.contents.get("vevent", ())}


def test_a_planned_stop_is_one_event_with_a_name_for_ever(cast: Cast, clock: Clock, client: Client):
    assert read(client) == {}
    outage = announced(cast, storage="down", farm="degraded")
    [(name, event)] = read(client).items()
    assert name == f"outage-{outage.thread_id}@127.0.0.1"
    assert (event.dtstart.value, event.dtend.value) == (START, END)
    assert event.sequence.value == "1"
    assert event.status.value == "CONFIRMED"
    assert "dCache storage" in event.summary.value
    assert event.url.value.endswith(f"/en/status/{outage.thread_id}.html")
    assert event.contents["last-modified"][0].value == clock.now()
    clock.tick(days=1)
    actions.move(cast.amina, outage, START + timedelta(days=1), why="parts are late")
    assert read(client)[name].dtstart.value == START  # not told yet
    tell(cast, outage)
    [(again, event)] = read(client).items()
    assert again == name
    assert event.dtstart.value == START + timedelta(days=1)
    assert event.sequence.value == "2"


def test_a_cancelled_one_stays_so_that_calendars_take_it_back(cast: Cast, client: Client):
    outage = announced(cast)
    actions.cancel(cast.amina, outage, why="not needed")
    tell(cast, outage)
    [event] = read(client).values()
    assert event.status.value == "CANCELLED"
    assert event.summary.value.startswith("Cancelled: ")
    assert (event.dtstart.value, event.sequence.value) == (START, "2")


def test_services_with_windows_of_their_own_have_events_of_their_own(cast: Cast, client: Client):
    windows = {
        "storage": Window("down", START, END),
        "farm": Window("degraded", START + timedelta(hours=2), END),
    }
    outage = actions.plan(cast.amina, windows=windows, asked_follower=cast.lucie)
    actions.accept_following(cast.lucie, outage)
    tell(cast, outage)
    assert len(read(client)) == 2
    [farm] = read(client, "/feeds/services/farm.en.ics").values()
    assert farm.dtstart.value == START + timedelta(hours=2)


def test_the_window_holds_through_the_night_when_clocks_change(cast: Cast, client: Client):
    outage = announced(cast, start=NIGHT, end=NIGHT + timedelta(hours=2))
    [event] = read(client).values()
    assert event.dtend.value - event.dtstart.value == timedelta(hours=2)
    assert event.dtstart.value == NIGHT
    text = read(client, "/feeds/outages.fr.ics")[event.uid.value].description.value
    assert "1 h 30" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "4 h 30" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert outage.thread_id


def test_a_sudden_one_is_there_too_and_says_that_nobody_knows_its_end(
    cast: Cast, clock: Clock, client: Client
):
    outage = declared(cast)
    [event] = read(client).values()
    assert "Nobody knows yet when it ends" in event.description.value
    clock.tick(hours=3)
    actions.end(cast.amina, outage, data_lost="no")
    tell(cast, outage)
    [event] = read(client).values()
    assert event.dtend.value == outage.ended_at


def test_languages_and_shares(cast: Cast, client: Client):
    announced(cast)
    assert read(client, "/feeds/outages.ics").keys() == read(client, "/feeds/outages.en.ics").keys()
    french, english = (read(client, f"/feeds/outages.ics?lang={each}") for each in ("fr", "en"))
    assert [event.summary.value for event in french.values()] != [e.summary.value for e in english.values()]
    assert len(read(client, "/feeds/services/storage.ics")) == 1
    assert read(client, "/feeds/services/site.ics") == {}
    assert client.get("/feeds/services/nothing.ics").status_code == 404


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_mail_carries_the_same_event_as_the_feed(cast: Cast, client: Client, cancelled: bool):
    outage = announced(cast)
    if cancelled:
        actions.cancel(cast.amina, outage, why="not needed")
        tell(cast, outage)
    mail = Delivery.objects.filter(topic__startswith="notice-version", language="en").order_by("-pk").first()
    part = mail.content["calendar"]
    assert part["method"] == ("CANCEL" if cancelled else "PUBLISH")
    assert part["filename"].endswith(".ics")
    assert part["content"].count(f"METHOD:{part['method']}\r\n") == 1
    [event] = vobject.readOne(part["content"]).contents["vevent"]
    [feed] = read(client).values()
    for name in ("uid", "sequence", "dtstart", "dtend", "summary", "status", "dtstamp"):
        assert event.contents[name][0].value == feed.contents[name][0].value, name
    assert event.organizer.value.startswith("mailto:")


def test_mails_about_breakdowns_carry_none(cast: Cast):
    declared(cast)
    assert not any("calendar" in row.content for row in Delivery.objects.all())
