"""Reads what the notification command beside this file posts: one notification of one host or service.

    {"type": "PROBLEM", "host": "dcache-door01", "service": "ping", "state": "CRITICAL",
     "output": "100 % packet loss", "time": "2026-11-22T13:05:00Z", "link": "https://icinga.example.org/…"}

`host`, `state` and `type` are needed; `service` is left out for a host. The state decides whether it fires: a type
only says why the notification was sent. What says nothing of a state (DOWNTIMESTART, CUSTOM) changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vigie.contracts.alarm import (
    LABEL_LIMIT,
    AlarmFault,
    IncomingAlarm,
    Reading,
    instant,
    one_line,
    safe_link,
    short_fingerprint,
)

GOOD = frozenset({"OK", "UP"})
SEVERITIES = {
    "CRITICAL": "critical",
    "DOWN": "critical",
    "WARNING": "warning",
    "UNKNOWN": "unknown",
    "UNREACHABLE": "unreachable",
}
TELLS_STATE = frozenset(
    {
        "PROBLEM",
        "RECOVERY",
        "ACKNOWLEDGEMENT",
        "FLAPPINGSTART",
        "FLAPPINGSTOP",
        "FLAPPINGEND",
        "FLAPPINGDISABLED",
        "DOWNTIMEEND",
        "DOWNTIMEREMOVED",
        "DOWNTIMECANCELLED",
    }
)
TELLS_NOTHING = frozenset({"DOWNTIMESTART", "CUSTOM"})


class IcingaSource:
    """`POST /api/v1/alarms/icinga`, by the notification command `vigie-icinga`."""

    name = "icinga"
    title = "Icinga, Nagios, Naemon"

    def read(self, message: Any, *, now: datetime) -> Reading:
        """One notification; `AlarmFault` names the field that is missing or wrong."""
        if not isinstance(message, Mapping):
            raise AlarmFault("the message is not a JSON object")
        kind = _text(message, "type", needed=True).upper()
        if kind not in TELLS_STATE | TELLS_NOTHING:
            raise AlarmFault(f"type: “{one_line(kind, 60)}” is not a notification type of Icinga or Nagios")
        host = _text(message, "host", needed=True)
        service = _text(message, "service")
        what = f"{host}!{service}" if service else host
        if kind in TELLS_NOTHING:
            return Reading((), ignored=(f"{one_line(what, 200)}: {kind} changes nothing here",))
        state = _text(message, "state", needed=True).upper()
        if state not in GOOD and state not in SEVERITIES:
            raise AlarmFault(f"state: “{one_line(state, 60)}” is not a state of a host or a service")
        flaps = kind == "FLAPPINGSTART"  # recoveries are held back by Icinga until it ends
        firing = state not in GOOD or flaps
        at = _time(message, now)
        output = _text(message, "output")
        summary = f"{what} {state}{' (flapping)' if flaps else ''}{f': {output}' if output else ''}"
        alarm = IncomingAlarm(
            source=self.name,
            fingerprint=short_fingerprint(what),
            firing=firing,
            summary=one_line(summary),
            starts_at=at,
            resolved_at=None if firing else at,
            severity=SEVERITIES.get(state, "warning" if flaps else ""),
            labels={"host": host, **({"service": service} if service else {}), "state": state, "type": kind},
            link=safe_link(message.get("link")),
        )
        return Reading((alarm,))


def _text(message: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    value = message.get(key)
    if value is None or value == "":
        if needed:
            raise AlarmFault(f"{key}: it is missing")
        return ""
    if not isinstance(value, str):
        raise AlarmFault(f"{key}: it is not a text")
    text = one_line(value, LABEL_LIMIT)
    if needed and not text:
        raise AlarmFault(f"{key}: it is empty")
    return text


def _time(message: Mapping[str, Any], now: datetime) -> datetime:
    text = _text(message, "time")
    if not text:
        return now
    try:
        return instant(text)
    except AlarmFault as fault:
        raise AlarmFault(f"time: {fault}") from None
