"""Reads what Alertmanager posts to a webhook receiver (payload version "4").

One message is a group of alerts that share some labels. Each is read by itself: a broken one is reported and the
others are kept, because Alertmanager does not send a refused message again.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vigie.contracts.alarm import (
    LABEL_LIMIT,
    LABELS_LIMIT,
    SEVERITY_LIMIT,
    AlarmFault,
    IncomingAlarm,
    Reading,
    instant,
    one_line,
    safe_link,
    short_fingerprint,
)

VERSION = "4"
NO_TIME = "0001-01-01"  # Go's zero time means "none"
SUMMARY_SOURCES = ("summary", "message", "description", "title")


class AlertmanagerSource:
    """`POST /api/v1/alarms/alertmanager`, as a `webhook_configs` entry of Alertmanager names it."""

    name = "alertmanager"
    title = "Prometheus Alertmanager"

    def read(self, message: Any, *, now: datetime) -> Reading:
        """The alerts of one webhook message; `AlarmFault` if it is none, or if not one alert of it can be read."""
        if not isinstance(message, Mapping):
            raise AlarmFault("the message is not a JSON object; Alertmanager's webhook sends one")
        version = message.get("version")
        if version != VERSION:
            raise AlarmFault(f'version: {_shown(version)} is not known here; this desk reads version "4"')
        alerts = message.get("alerts")
        if not isinstance(alerts, list):
            raise AlarmFault(f"alerts: {_shown(alerts)} is not a list")
        found, faults = [], []
        for index, alert in enumerate(alerts):
            try:
                found.append(_alarm(alert, now))
            except AlarmFault as fault:
                faults.append(f"alerts[{index}]{fault}")
        if faults and not found:
            raise AlarmFault("no alert of this message can be read: " + "; ".join(faults[:5]))
        return Reading(tuple(_latest(found)), tuple(faults), _truncated(message))


def _alarm(alert: Any, now: datetime) -> IncomingAlarm:
    if not isinstance(alert, Mapping):
        raise AlarmFault(" is not an object")
    status = alert.get("status")
    if status not in ("firing", "resolved"):
        raise AlarmFault(f".status: {_shown(status)} is neither firing nor resolved")
    labels = _texts(alert, "labels")
    if not labels:
        raise AlarmFault(".labels: there is none, so nothing says what this alarm is about")
    notes = _texts(alert, "annotations")
    starts_at = _time(alert, "startsAt")
    resolved_at = _time(alert, "endsAt") if status == "resolved" else None
    words = next((notes[key] for key in SUMMARY_SOURCES if notes.get(key, "").strip()), "")
    name = labels.get("alertname", "")
    summary = f"{name}: {words}" if name and words else words or name or _pairs(labels)
    return IncomingAlarm(
        source=AlertmanagerSource.name,
        fingerprint=_fingerprint(alert, labels),
        firing=status == "firing",
        summary=one_line(summary) or "?",
        starts_at=starts_at or now,
        resolved_at=(resolved_at or now) if status == "resolved" else None,
        severity=one_line(labels.get("severity", ""), SEVERITY_LIMIT).lower(),
        labels={key[:LABEL_LIMIT]: value[:LABEL_LIMIT] for key, value in list(labels.items())[:LABELS_LIMIT]},
        link=safe_link(alert.get("generatorURL")),
    )


def _fingerprint(alert: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Alertmanager's own; older ones send none: then a hash of the labels, which is what its own is."""
    given = alert.get("fingerprint")
    if given is None or given == "":
        return hashlib.sha256(json.dumps(dict(labels), sort_keys=True).encode()).hexdigest()[:32]
    text = one_line(given, 10_000) if isinstance(given, str) else ""
    if not text:
        raise AlarmFault(f".fingerprint: {_shown(given)} is not a text")
    return short_fingerprint(text)


def _texts(alert: Mapping[str, Any], key: str) -> dict[str, str]:
    found = alert.get(key)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise AlarmFault(f".{key}: {_shown(found)} is not an object")
    for name, value in found.items():
        if not isinstance(value, str):
            raise AlarmFault(f".{key}.{one_line(str(name), 60)}: {_shown(value)} is not a text")
    return dict(found)


def _time(alert: Mapping[str, Any], key: str) -> datetime | None:
    text = alert.get(key)
    if text is None or text == "":
        return None
    if isinstance(text, str) and text.startswith(NO_TIME):
        return None
    try:
        return instant(text)
    except AlarmFault as fault:
        raise AlarmFault(f".{key}: {fault}") from None


def _latest(alarms: list[IncomingAlarm]) -> list[IncomingAlarm]:
    """One per fingerprint: the last word of the message on it."""
    return list({alarm.fingerprint: alarm for alarm in alarms}.values())


def _truncated(message: Mapping[str, Any]) -> tuple[str, ...]:
    left_out = message.get("truncatedAlerts")
    if isinstance(left_out, int) and not isinstance(left_out, bool) and left_out > 0:
        return (f"truncatedAlerts: Alertmanager left {left_out} alerts out of this message (its max_alerts)",)
    return ()


def _pairs(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"“{one_line(value, 60)}”"
    return "nothing" if value is None else one_line(json.dumps(value, default=str)[:200], 60)
