"""/healthz and /metrics: true to the rows, closed to strangers, silent about ids."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.clock import Clock
from vigie.kernel.models import ModuleRun
from vigie.outages import actions


def beat(at=SUNDAY, **more):
    ModuleRun.objects.create(module="reactions", last_ok=at, **more)


def test_healthy_while_database_and_worker_answer(cast: Cast, clock: Clock):
    beat()
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["worker"]["age_seconds"] == 0
    clock.tick(minutes=3)
    silent = Client().get("/healthz")
    assert (silent.status_code, silent.json()["status"]) == (503, "failing")
    assert not silent.json()["checks"]["worker"]["ok"]


def test_a_sign_of_life_from_the_future_is_none(cast: Cast, clock: Clock):
    beat(SUNDAY + timedelta(hours=2))  # the clock was set back since
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert "set back" in answer.json()["checks"]["worker"]["why"]
    ModuleRun.objects.create(module="overdue words", last_ok=SUNDAY)  # whatever runs next says that it lives
    assert Client().get("/healthz").status_code == 200


def test_a_desk_whose_worker_never_ran_is_not_ready(cast: Cast):
    assert Client().get("/healthz").status_code == 503
    assert Client().get("/healthz/live").status_code == 200


def test_a_failing_module_is_named_without_its_error(cast: Cast):
    beat(SUNDAY - timedelta(seconds=10), last_error_at=SUNDAY, last_error="password=hunter2")
    answer = Client().get("/healthz")
    assert answer.json()["checks"]["modules"] == {"ok": False, "failing": ["reactions"]}
    assert answer.json()["status"] == "degraded"
    assert answer.status_code == 200
    assert "hunter2" not in answer.content.decode()


def metric(text: str, line: str) -> float:
    return next(float(row.rsplit(" ", 1)[1]) for row in text.splitlines() if row.startswith(line))


def test_the_numbers_are_the_rows(cast: Cast, clock: Clock):
    beat()
    outage = actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "degraded"}).outage
    clock.tick(minutes=20)
    actions.climb_overdue()
    client = Client()
    client.get(f"/outages/{outage.pk}")
    text = client.get("/metrics").content.decode()
    assert metric(text, "vigie_outages_ongoing ") == 1
    assert metric(text, 'vigie_services_affected{effect="down"}') == 1
    assert metric(text, 'vigie_services_affected{effect="degraded"}') == 1
    assert metric(text, 'vigie_words_overdue{what="first"}') == 1
    assert metric(text, "vigie_words_overdue_oldest_seconds ") == 900
    assert metric(text, "vigie_escalations_open ") == 1
    assert metric(text, 'vigie_deliveries{state="waiting"}') >= 1
    assert metric(text, "vigie_delivery_oldest_waiting_seconds ") == 0
    assert metric(text, 'vigie_worker_module_last_ok_age_seconds{module="reactions"}') == 1200
    assert metric(text, "vigie_events_unsettled ") > 0
    assert "vigie_http_request_duration_seconds_bucket" in text


@pytest.mark.usefixtures("cast")
def test_latencies_carry_routes_never_addresses():
    client = Client(raise_request_exception=False)
    client.get("/outages/424242")
    client.get("/no/such/place/s3cr3t")
    client.generic("BREW", "/today")
    text = client.get("/metrics").content.decode()
    assert "424242" not in text
    assert "s3cr3t" not in text
    assert "BREW" not in text
    assert 'route="unmatched"' in text
    assert 'route="outages/' in text


def test_metrics_are_for_this_machine_or_a_token(cast: Cast, caller, monkeypatch):
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", **far).status_code == 401
    assert Client().get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    reader, writer = caller(cast.lucie, ["read"]), caller(cast.lucie, ["log"])
    assert reader.client.get("/metrics", headers=reader.headers, **far).status_code == 200
    assert writer.client.get("/metrics", headers=writer.headers, **far).status_code == 403
    assert Client().get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
    monkeypatch.setitem(settings.OPTIONS.values, "serve.proxy", True)
    assert Client().get("/metrics").status_code == 401
