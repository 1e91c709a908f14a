"""Alertmanager's webhook, as it really comes and as it should not."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigie.alerts.alertmanager import AlertmanagerSource
from vigie.contracts.alarm import AlarmFault
from vigie.contracts.conformance.alarm import NOW, AlarmSourceConformance

GROUP = json.loads((Path(__file__).parent / "example.json").read_text("utf-8"))


def read(message):
    return AlertmanagerSource().read(message, now=NOW)


def changed(index=0, **fields):
    message = copy.deepcopy(GROUP)
    message["alerts"][index].update(fields)
    return message


class TestConformance(AlarmSourceConformance):
    source_class = AlertmanagerSource

    def firing(self):
        return copy.deepcopy(GROUP)

    def resolved(self):
        message = copy.deepcopy(GROUP)
        message["status"] = "resolved"
        for alert in message["alerts"]:
            alert.update(status="resolved", endsAt="2026-11-22T13:20:00Z")
        return message


def test_a_group_is_read_alert_by_alert():
    first, second = read(GROUP).alarms
    assert first.firing
    assert first.fingerprint == "1a30ba71cca2921f"
    assert first.summary == "DcacheDoorDown: The dCache door dcache-door01 answers no more"
    assert first.starts_at == datetime(2026, 11, 22, 13, 5, 45, 828123, UTC)
    assert first.resolved_at is None
    assert first.severity == "critical"
    assert first.labels["instance"] == "dcache-door01:2288"
    assert first.link.startswith("http://prometheus.centre.test:9090/graph")
    assert not second.firing
    assert second.resolved_at == datetime(2026, 11, 22, 13, 18, tzinfo=UTC)


def test_a_broken_alert_is_told_and_the_others_are_kept():
    reading = read(changed(1, status="maybe"))
    assert len(reading.alarms) == 1
    assert reading.faults == ("alerts[1].status: “maybe” is neither firing nor resolved",)


def test_a_message_of_broken_alerts_only_is_a_fault():
    message = changed(0, startsAt="yesterday")
    del message["alerts"][1]
    with pytest.raises(AlarmFault, match=r"alerts\[0\]\.startsAt: “yesterday” is not a time"):
        read(message)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.test", "http://", "http://a b/", 7]
)
def test_a_link_that_is_no_web_address_is_left_out(link):
    assert read(changed(generatorURL=link)).alarms[0].link == ""


def test_an_old_alertmanager_without_fingerprints_is_known_by_its_labels():
    fired = read(changed(fingerprint="")).alarms[0]
    other = changed(fingerprint=None, status="resolved", annotations={})
    other["alerts"][0]["labels"] = dict(reversed(other["alerts"][0]["labels"].items()))
    assert read(other).alarms[0].fingerprint == fired.fingerprint


def test_versions_other_than_4_are_refused_by_name():
    for version in ("3", "5", 4, None):
        with pytest.raises(AlarmFault, match="version"):
            read(GROUP | {"version": version})


def test_what_was_left_out_is_said():
    assert "12" in read(GROUP | {"truncatedAlerts": 12}).ignored[0]


def test_the_last_word_on_a_fingerprint_counts():
    message = copy.deepcopy(GROUP)
    message["alerts"].append(message["alerts"][0] | {"status": "resolved", "endsAt": "2026-11-22T13:25:00Z"})
    found = {alarm.fingerprint: alarm.firing for alarm in read(message).alarms}
    assert found["1a30ba71cca2921f"] is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ALERT = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["firing", "resolved"]) | JSON,
        "labels": st.dictionaries(st.text(max_size=8), st.text(max_size=30) | JSON, max_size=3) | JSON,
        "annotations": JSON,
        "startsAt": st.datetimes().map(lambda at: f"{at.isoformat()}Z") | JSON,
        "endsAt": st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]) | JSON,
        "generatorURL": st.text(max_size=30).map(lambda text: f"http://{text}") | JSON,
        "fingerprint": JSON,
    },
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({"version": st.just("4"), "alerts": st.lists(ALERT, max_size=3)}))
def test_whatever_comes_is_read_or_is_a_fault_with_words(message):
    try:
        reading = read(message)
    except AlarmFault:
        return
    for alarm in reading.alarms:
        TestConformance()._fits(alarm)
