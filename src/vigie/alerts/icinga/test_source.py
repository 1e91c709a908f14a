"""One notification of Icinga or Nagios: the state decides, the type says why it was sent."""

import pytest

from vigie.alerts.icinga import IcingaSource
from vigie.contracts.alarm import AlarmFault
from vigie.contracts.conformance.alarm import NOW, AlarmSourceConformance

PROBLEM = {
    "type": "PROBLEM",
    "host": "dcache-door01",
    "service": "ping",
    "state": "CRITICAL",
    "output": "PING CRITICAL - 100% packet loss",
    "time": "2026-11-22T13:05:00Z",
    "link": "https://icinga.centre.test/icingadb/service?name=ping",
}


def read(**fields):
    return IcingaSource().read(PROBLEM | fields, now=NOW)


class TestConformance(AlarmSourceConformance):
    source_class = IcingaSource

    def firing(self):
        return dict(PROBLEM)

    def resolved(self):
        return PROBLEM | {"type": "RECOVERY", "state": "OK", "output": "PING OK"}


def test_a_problem_of_a_service():
    (alarm,) = read().alarms
    assert (alarm.fingerprint, alarm.firing, alarm.severity) == ("dcache-door01!ping", True, "critical")
    assert alarm.summary == "dcache-door01!ping CRITICAL: PING CRITICAL - 100% packet loss"
    assert alarm.labels["host"] == "dcache-door01"


def test_a_host_that_is_down_and_up_again():
    (down,) = read(service="", state="DOWN").alarms
    (up,) = read(service="", state="UP", type="RECOVERY").alarms
    assert (down.fingerprint, down.firing, down.severity) == ("dcache-door01", True, "critical")
    assert (up.fingerprint, up.firing) == ("dcache-door01", False)


@pytest.mark.parametrize(
    ("kind", "state", "firing", "severity"),
    [
        ("ACKNOWLEDGEMENT", "CRITICAL", True, "critical"),
        ("FLAPPINGSTART", "OK", True, "warning"),
        ("FLAPPINGSTART", "CRITICAL", True, "critical"),
        ("FLAPPINGEND", "OK", False, ""),
        ("FLAPPINGSTOP", "CRITICAL", True, "critical"),
        ("DOWNTIMEEND", "OK", False, ""),
        ("PROBLEM", "WARNING", True, "warning"),
        ("PROBLEM", "UNKNOWN", True, "unknown"),
        ("problem", "critical", True, "critical"),
    ],
)
def test_the_state_decides(kind, state, firing, severity):
    (alarm,) = read(type=kind, state=state).alarms
    assert (alarm.firing, alarm.severity) == (firing, severity)


@pytest.mark.parametrize("kind", ["DOWNTIMESTART", "CUSTOM"])
def test_what_says_nothing_of_a_state_changes_nothing(kind):
    reading = read(type=kind)
    assert not reading.alarms
    assert kind in reading.ignored[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [("host", ""), ("state", "MELTED"), ("type", "PARTY"), ("time", "noon"), ("output", 5)],
)
def test_a_fault_names_its_field(field, value):
    with pytest.raises(AlarmFault, match=field):
        read(**{field: value})
