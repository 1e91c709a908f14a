"""Monitoring posts, people read: through the real door, with real messages, twice, at once, broken."""

import copy
import json
import threading
from pathlib import Path

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cast import Cast, make_cast

import vigie.alerts.alertmanager
from vigie.api import alarms
from vigie.kernel.clock import Clock
from vigie.outages.models import Alarm, Outage

GROUP = json.loads((Path(vigie.alerts.alertmanager.__file__).parent / "example.json").read_text("utf-8"))


def group(*alerts):
    return GROUP | {"alerts": list(alerts)}


FIRING, OVER = GROUP["alerts"]


def test_an_alert_opens_an_outage_and_its_end_is_proposed(cast: Cast, caller):
    script = caller(cast.ada, ["alert"])
    answer = script.post("/alarms/alertmanager", GROUP, **{"Accept-Language": "en"})
    assert answer.status_code == 200, answer.content
    opened, unheard = answer.json()["alarms"]
    assert (opened["done"], unheard["done"]) == ("declare", "note")
    assert opened["words"] == f"Outage {opened['outage']} was opened."
    again = script.post("/alarms/alertmanager", GROUP).json()["alarms"][0]
    assert (again["done"], again["outage"]) == ("note", opened["outage"])
    over = FIRING | {"status": "resolved", "endsAt": "2026-11-22T13:20:00Z"}
    ended = script.post("/alarms/alertmanager", group(over)).json()["alarms"][0]
    assert ended["done"] == "propose_end"
    reader = caller(cast.lucie, ["read"])
    outage = reader.get(f"/outages/{opened['outage']}").json()
    assert outage["state"] == "ongoing"
    assert outage["end_proposed_by"] == opened["alarm"]
    assert outage["origin"] == "alertmanager"
    assert outage["contact"]["login"] == "amina"


def test_good_alerts_are_kept_beside_broken_ones(cast: Cast, caller):
    message = group(FIRING, FIRING | {"labels": 7}, {"status": "firing"}, "what")
    answer = caller(cast.ada).post("/alarms/alertmanager", message).json()
    assert answer["received"] == 1
    assert len(answer["faults"]) == 3
    assert "alerts[1].labels" in answer["faults"][0]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'{"version": "5", "alerts": []}', 422),
        (b'{"version": "4"}', 422),
        (json.dumps(group({})).encode(), 422),
        (b'{"version": "4", "alerts": []}', 200),
        (b'"' + b"x" * 10_000_000 + b'"', 413),
    ],
)
def test_a_message_of_no_use_is_refused_in_words(cast: Cast, caller, body, status):
    answer = caller(cast.ada, ["alert"]).post("/alarms/alertmanager", body)
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["message"]
    assert not Alarm.objects.exists()


def test_icinga_through_the_same_door(cast: Cast, caller):
    script = caller(cast.ada, ["alert"])
    problem = {
        "type": "PROBLEM",
        "host": "dcache-door01",
        "service": "ping",
        "state": "CRITICAL",
        "output": "lost",
    }
    opened = script.post("/alarms/icinga", problem).json()["alarms"][0]
    assert opened["done"] == "declare"
    acknowledged = script.post("/alarms/icinga", problem | {"type": "ACKNOWLEDGEMENT"}).json()["alarms"][0]
    assert acknowledged["done"] == "note"
    recovered = script.post("/alarms/icinga", problem | {"type": "RECOVERY", "state": "OK"}).json()["alarms"][
        0
    ]
    assert recovered["done"] == "propose_end"
    assert script.post("/alarms/icinga", problem | {"type": "CUSTOM"}).json()["ignored"]


def test_an_unknown_source_names_the_known(cast: Cast, caller):
    answer = caller(cast.ada).post("/alarms/nagstamon", {})
    assert answer.status_code == 404
    assert "alertmanager, icinga" in answer.json()["error"]["hint"]
    names = [row["name"] for row in caller(cast.lucie).get("/alarm-sources").json()]
    assert names == ["alertmanager", "icinga"]


def test_a_strangers_broken_package_harms_only_itself(cast: Cast, caller, monkeypatch):
    class Broken:
        name = "broken"

        def load(self):
            raise ImportError("no module named stranger")

    known = alarms.installed()
    monkeypatch.setattr(alarms, "installed", lambda: known | {"broken": Broken()})
    script = caller(cast.ada)
    answer = script.post("/alarms/broken", {})
    assert answer.status_code == 409
    assert "stranger" in answer.json()["error"]["message"]
    assert len(script.get("/alarm-sources").json()) == 3
    assert script.post("/alarms/alertmanager", GROUP).status_code == 200


def test_people_judge(cast: Cast, caller):
    strange = FIRING | {"labels": {"alertname": "Odd", "instance": "nowhere:1", "severity": "critical"}}
    caller(cast.ada, ["alert"]).post("/alarms/alertmanager", group(strange))
    script = caller(cast.lucie)
    (shown,) = script.get("/alarms").json()["items"]
    assert shown["service"] is None
    number = caller(cast.amina).post("/outages", {"services": {"farm": "down"}}).json()["outage"]["id"]
    attached = script.post(f"/alarms/{shown['id']}/attach", {"outage": number})
    assert attached.json()["outage"] == number
    assert script.get("/alarms").json()["count"] == 0
    assert script.get("/alarms?state=firing").json()["count"] == 1
    settled = script.post(f"/alarms/{shown['id']}/settle", {"why": "seen"})
    assert settled.json()["settled_at"]
    assert script.post(f"/alarms/{shown['id']}/settle", {}).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_once_open_one_outage(clock: Clock, caller):
    """On threads with connections of their own: the same message six times, and six others of the same service."""
    cast = make_cast()
    script = caller(cast.ada, ["alert"])
    messages = [GROUP] * 6 + [group(FIRING | {"fingerprint": f"other{n}"}) for n in range(6)]
    gate = threading.Barrier(len(messages))
    answers = []

    def deliver(message):
        try:
            gate.wait(timeout=30)
            answers.append(script.post("/alarms/alertmanager", message))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert [answer.status_code for answer in answers] == [200] * len(messages), [a.content for a in answers]
    assert Outage.objects.count() == 1
    assert Alarm.objects.count() == 7
    assert Alarm.objects.get(fingerprint=FIRING["fingerprint"]).count == 6
    assert connection.vendor in {"sqlite", "postgresql"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_comes_never_breaks_the_desk(cast: Cast, caller, data):
    source = data.draw(st.sampled_from(["alertmanager", "icinga"]))
    whole = (
        copy.deepcopy(GROUP)
        if source == "alertmanager"
        else {"type": "PROBLEM", "host": "h", "state": "DOWN"}
    )
    part = data.draw(st.sampled_from([whole, whole.get("alerts", [whole])[0]]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    body = json.dumps(whole).encode() if data.draw(st.booleans()) else data.draw(st.binary(max_size=60))
    answer = caller(cast.ada, ["alert"]).post(f"/alarms/{source}", body)
    assert answer.status_code in {200, 400, 422}, answer.content
