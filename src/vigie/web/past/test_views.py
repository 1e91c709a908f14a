"""Search finds everywhere; statistics say the same in page, chart and file."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.outages.models import Outage
from vigie.web.past.charts import stacked_hours

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def desk(cast: Cast, clock: Clock) -> Client:
    outage = actions.declare_sudden(
        cast.amina, services={"storage": "down"}, starts_at=SUNDAY - timedelta(minutes=30)
    ).outage
    first = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, first)
    actions.publish(cast.lucie, outage, first)
    actions.log_fact(cast.amina, outage, "The power supply of rack r07 <b>failed</b>.")
    clock.tick(minutes=30)
    actions.end(cast.amina, outage, data_lost="no")
    client = Client()
    client.force_login(cast.lucie, backend=BACKEND)
    return client


@pytest.mark.parametrize("words", ["rack r07", "dcache", "amina"])
def test_search_finds_in_logs_notices_and_people(desk: Client, words: str):
    page = desk.get("/search", {"q": words}).content.decode()
    assert f"/outages/{Outage.objects.get().pk}" in page
    assert "<b>failed" not in page


def test_search_of_nothing_teaches_and_of_nonsense_says_so(desk: Client):
    assert desk.get("/search").status_code == 200
    assert "/outages/" not in desk.get("/search", {"q": "zzz qqq"}).content.decode().split("<main")[1]
    assert (
        json.loads(desk.get("/search", {"q": "r07", "format": "json"}).content)["found"][0]["kind"]
        == "outage"
    )


def test_statistics_count_the_hour_in_page_file_and_chart(desk: Client):
    answer = desk.get("/statistics", headers={"Accept-Language": "en"})
    assert "1\N{NO-BREAK SPACE}h" in answer.content.decode()
    rows = list(
        csv.DictReader(io.StringIO(desk.get("/statistics", {"format": "csv"}).content.decode("utf-8-sig")))
    )
    assert rows[0]["hours_down_sudden"] == "1.0"
    assert (rows[0]["promises_kept"], rows[0]["promises_broken"]) == ("0", "0")
    page = answer.content.decode()
    assert "<svg" in page
    assert "style=" not in page  # strict CSP


@pytest.mark.parametrize(
    "query", [{"from": "yesterday"}, {"from": "2026-13-01"}, {"from": "2026-12-01", "to": "2026-11-01"}]
)
def test_a_day_that_is_none_is_refused_with_words(desk: Client, query: dict[str, str]):
    assert desk.get("/statistics", query).status_code == 422


def test_strangers_are_asked_to_log_in(db: None):
    for path in ("/search", "/statistics"):
        assert Client().get(path).status_code == 302


def test_a_service_named_in_markup_is_escaped_in_the_chart():
    svg = stacked_hours((("<script>x</script>", "s", 1.0),), sudden="s", scheduled="p", hours="h")
    assert "<script" not in svg
