"""What readers find: only what was published, current, in both languages, on small pages."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.clock import Clock
from vigie.notices.models import Thread, Version
from vigie.outages import actions
from vigie.outages.models import Outage
from vigie.public import pages, queries

LIMIT = 60_000


def tell(cast: Cast, outage: Outage, **words: str) -> Version:
    version = actions.compose(cast.lucie, outage)
    if words:
        paragraphs = {language: {"what": text} for language, text in words.items()}
        actions.edit(cast.lucie, outage, version, paragraphs=paragraphs, flashes={})
    actions.approve(cast.lucie, outage, version)
    actions.publish(cast.lucie, outage, version)
    return version


def declared(cast: Cast, code: str = "storage", effect: str = "down", **more) -> Outage:
    outage = actions.declare_sudden(cast.amina, services={code: effect}, anyway=True, **more).outage
    tell(cast, outage)
    return outage


def text_of(path: str, clock: Clock) -> str:
    content = pages.one(path, clock.now())
    assert content is not None, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode()))


def test_all_is_well(cast: Cast, clock: Clock):
    text = text_of("en/index.html", clock)
    assert "All services work." in text
    assert "Page made on Sunday 22 November 2026 at 14:26 , Paris time (CET, UTC+1)" in text
    assert "older than 15 minutes" in text


def test_what_was_not_published_is_nowhere(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    actions.log_fact(cast.amina, outage, "Rack r07 smells of smoke.")
    assert "All services work." in text_of("en/index.html", clock)
    tell(cast, outage)
    actions.log_fact(cast.amina, outage, "Bruno broke it.")
    actions.compose(cast.lucie, outage)
    site = {page.path: page.render() for page in pages.site(clock.now())}
    whole = b"".join(site.values()).decode()
    for secret in ("r07", "Bruno", "Amina", "Martin", "Lucie", "Petit", "centre.test", "42 17"):
        assert secret not in whole, secret


def test_an_outage_its_promise_and_what_happens_when_the_promise_passes(cast: Cast, clock: Clock):
    outage = declared(cast, next_update_by=SUNDAY + timedelta(minutes=30))
    text = text_of("en/index.html", clock)
    assert "dCache storage: down since 14:26 CET. Next update by 14:56 CET." in text
    clock.tick(minutes=31)
    assert "The update promised for 14:56 CET is late." in text_of("en/index.html", clock)
    assert "is late" in text_of(f"en/status/{outage.thread_id}.html", clock)


def test_an_expected_end_that_passed_is_unconfirmed(cast: Cast, clock: Clock):
    declared(cast, expected_end=SUNDAY + timedelta(hours=1))
    assert "Expected to be over by 15:26 CET." in text_of("en/index.html", clock)
    clock.tick(hours=2)
    assert "It was expected to be over by 15:26 CET; this is unconfirmed." in text_of("en/index.html", clock)


def test_services_show_what_the_newest_notices_say(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down", "site": "degraded"}).outage
    tell(cast, outage)
    text = text_of("en/index.html", clock)
    assert "the experiments’ files on disk down since" in text
    assert "at risk of interruptions depends on dCache storage" in text
    actions.restore(cast.amina, outage, "storage")
    assert "the experiments’ files on disk down since" in text_of("en/index.html", clock)  # not told yet
    tell(cast, outage)
    text = text_of("en/index.html", clock)
    assert "the experiments’ files on disk working" in text
    assert "Web site: slow or unreliable since" in text


def test_an_outage_that_is_over_moves_to_the_past(cast: Cast, clock: Clock):
    outage = declared(cast)
    clock.tick(minutes=45)
    actions.end(cast.amina, outage, data_lost="no")
    tell(cast, outage)
    assert "All services work." in text_of("en/index.html", clock)
    assert "Sunday 22 November 2026, 14:26 – 15:11 (45 min)" in text_of("en/past.html", clock)
    page = text_of(f"en/status/{outage.thread_id}.html", clock)
    assert "working again since Sunday 22 November 2026 at 15:11 CET." in page
    clock.tick(days=3)
    assert text_of(f"en/status/{outage.thread_id}.html", clock) == page  # kept: nothing in it grows old


def test_a_correction_is_shown_as_such_with_what_it_said_before(cast: Cast, clock: Clock):
    outage = declared(cast, "farm", "degraded")
    wrong = tell(cast, outage, fr="La panne vient du réseau.", en="The network failed.")
    clock.tick(minutes=5)
    right = actions.correct(cast.lucie, outage, wrong, why="It was not the network.")
    actions.approve(cast.lucie, outage, right)
    actions.publish(cast.lucie, outage, right)
    text = text_of(f"en/status/{outage.thread_id}.html", clock)
    assert "Correction: It was not the network." in text
    assert "What it said before the correction" in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_text_is_escaped(cast: Cast, clock: Clock, language: str):
    outage = declared(cast)
    evil = "<script>alert(1)</script> & \x07 ]]>"
    tell(cast, outage, fr=evil, en=evil)
    site = {page.path: page.render().decode() for page in pages.site(clock.now())}
    assert "<script>alert" not in "".join(site.values())
    assert "\x07" not in site[f"feeds/news.{language}.atom"]
    json.loads(site["flash.json"])


def test_flash_texts_are_short_and_the_banner_is_ascii(cast: Cast, clock: Clock):
    declared(cast)
    flash, banner = (pages.one(name, clock.now()).decode() for name in ("flash.fr.txt", "motd.fr.txt"))
    assert "Stockage dCache" in flash
    assert flash.count("\n") == 1
    assert banner.isascii()
    assert all(len(line) <= 200 for line in (flash + banner).splitlines())


def test_status_for_programs(cast: Cast, clock: Clock):
    outage = declared(cast)
    found = json.loads(pages.one("status.json", clock.now()))
    assert found["state"] == "down"
    assert found["built_at"] == "2026-11-22T13:26:00Z"
    assert {row["code"]: row["state"] for row in found["services"]} == {
        "storage": "down",
        "farm": "at_risk",
        "site": "ok",
    }
    assert found["outages"][0]["page"]["fr"] == f"fr/status/{outage.thread_id}.html"


def test_pages_are_small_and_link_only_to_what_exists(cast: Cast, clock: Clock):
    for n in range(12):
        outage = declared(
            cast, ("storage", "farm", "site")[n % 3], next_update_by=clock.now() + timedelta(hours=1)
        )
        tell(cast, outage, fr="Une alimentation a lâché. " * 30, en="A power supply failed. " * 30)
        if n < 9:
            actions.end(cast.amina, outage, data_lost="no")
            tell(cast, outage)
    site = {page.path: page.render() for page in pages.site(clock.now())}
    sheet = len(site["assets/site.css"]) + len(site["assets/fresh.js"])
    for path, content in site.items():
        if path.endswith(".html"):
            assert len(content) + sheet < LIMIT, path
            for link in re.findall(r'(?:href|src|data-heart)="([^"#?]+)', content.decode()):
                assert not link.startswith("/"), (path, link)
                if not link.startswith("http"):
                    parts = path.split("/")[:-1]
                    for step in link.split("/"):
                        parts = parts[:-1] if step == ".." else [*parts, step]
                    assert "/".join(parts) in site, (path, link)


def test_many_past_outages_are_cut_into_months(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "LISTED", 2)
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    for _n in range(5):
        outage = declared(cast, next_update_by=clock.now() + timedelta(hours=1))
        actions.end(cast.amina, outage, data_lost="no")
        tell(cast, outage)
    paths = {page.path for page in pages.site(clock.now())}
    assert {"en/past-2026-11.html", "en/past-2026-11-2.html", "en/past-2026-11-3.html"} <= paths
    assert "November 2026" in text_of("en/past.html", clock)
    assert "5" in text_of("en/past.html", clock)
    assert pages.one("en/past-2026-11-4.html", clock.now()) is None


def test_a_month_is_that_of_the_centre(db):
    for day, hour, minute in (
        (31, 22, 59),
        (31, 23, 0),
        (31, 23, 30),
    ):  # 23:00 UTC on 31 October is midnight in Paris
        at = datetime(2026, 10, day, hour, minute, tzinfo=UTC)
        Thread.objects.create(
            opened_at=at,
            told_at=at,
            starts_at=at,
            state="ended",
            newest_version=1,
            last_version=1,
            sudden=True,
        )
    assert queries.past_months(ZoneInfo("Europe/Paris")) == [("2026-11", 2), ("2026-10", 1)]


def test_live_and_static_are_the_same_bytes(cast: Cast, clock: Clock, client: Client):
    outage = declared(cast)
    clock.tick(minutes=10)
    actions.end(cast.amina, outage, data_lost="no")
    tell(cast, outage)
    declared(cast, "site", "degraded")
    for page in pages.site(clock.now()):
        with translation.override("en"):
            answer = client.get(f"/{page.path}")
        assert answer.status_code == 200, page.path
        assert answer.content == page.render(), page.path
    assert client.get("/").content == pages.one("index.html", clock.now())  # French first


def test_the_first_page_speaks_the_readers_language(cast: Cast, client: Client):
    for asked, expected in (("en-GB,en;q=0.9", "en"), ("fr", "fr"), ("de", "fr")):
        answer = client.get("/", headers={"accept-language": asked})
        assert f'<html lang="{expected}">' in answer.content.decode()
        assert answer.headers["Content-Language"] == expected
        assert "Accept-Language" in answer.headers["Vary"]


def test_a_reader_who_has_the_page_gets_nothing_again(cast: Cast, client: Client):
    first = client.get("/feeds/news.en.atom")
    again = client.get("/feeds/news.en.atom", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/fr/status/99.html", "/en/nothing", "/fr/past-2026-13.html", "/en/status/x"]
)
def test_what_does_not_exist_is_said_in_plain_words(cast: Cast, client: Client, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    wanted = {"fr": "Cette page n’existe pas", "en": "There is no such page"}[path[1:3]]
    assert wanted in answer.content.decode()


def test_a_language_without_its_stroke_leads_to_its_first_page(cast: Cast, client: Client):
    assert client.get("/en", follow=True).status_code == 200
