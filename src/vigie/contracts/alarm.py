"""What an alarm source hands to the desk, whatever monitoring system it speaks for.

A source is a class with no arguments, found by the entry point group `vigie.alarms`; its entry point's name is the
last part of the address that monitoring posts to: `/api/v1/alarms/NAME`. `contracts/conformance/alarm.py` holds the
suite that every source passes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

FINGERPRINT_LIMIT = 120
SUMMARY_LIMIT = 500
SEVERITY_LIMIT = 30
LINK_LIMIT = 500
LABELS_LIMIT = 64  # labels kept of one alarm
LABEL_LIMIT = 1_000  # characters kept of one label's value


class AlarmFault(ValueError):
    """The message can't be understood at all; the text says what and where."""


@dataclass(frozen=True)
class IncomingAlarm:
    """One alarm. `fingerprint` is stable while it fires and when it resolves; `labels` name the host or the
    service; `severity` is lower case: critical, page and error open an outage of a known service, others are shown.
    """

    source: str
    fingerprint: str
    firing: bool
    summary: str
    starts_at: datetime
    resolved_at: datetime | None = None
    severity: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""


@dataclass(frozen=True)
class Reading:
    """What one message held.

    `alarms` can be used; `faults` say for each bad one where it stood and what was wrong; `ignored` say what was
    understood and changes nothing (an acknowledgement, a planned downtime).
    """

    alarms: tuple[IncomingAlarm, ...]
    faults: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@runtime_checkable
class AlarmSource(Protocol):
    """Translates one message of a monitoring system; knows nothing of outages."""

    name: str
    title: str  # for the list of sources: "Prometheus Alertmanager"

    def read(self, message: Any, *, now: datetime) -> Reading:
        """`message` is decoded JSON of any shape. Raises `AlarmFault` when nothing of it can be used."""
        ...


def short_fingerprint(text: str) -> str:
    """`text` itself, or where it is too long its beginning with a hash that keeps two long ones apart."""
    if len(text) <= FINGERPRINT_LIMIT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{text[: FINGERPRINT_LIMIT - 33]}#{digest}"


def safe_link(value: object) -> str:
    """The address if a browser may be sent there (http, https), else ""."""
    text = str(value).strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    usable = parts.scheme in {"http", "https"} and parts.netloc and len(text) <= LINK_LIMIT
    return text if usable and text.isprintable() and " " not in text else ""


def one_line(text: str, limit: int = SUMMARY_LIMIT) -> str:
    """Without line breaks and control characters, cut with … at `limit`."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def instant(text: object) -> datetime:
    """An ISO 8601 time with a zone, as aware UTC; `AlarmFault` says what is wrong with it."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    shown = f"“{one_line(text, 60)}”" if isinstance(text, str) else "this"
    raise AlarmFault(
        f"{shown} is not a time" if at is None else f"{shown} names no zone; end it with Z or an offset"
    )
