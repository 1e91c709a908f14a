"""What an alarm source hands to the desk, whatever monitoring system it speaks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class AlarmFault(ValueError):
    """The message can't be understood at all; the text says what and where."""


@dataclass(frozen=True)
class IncomingAlarm:
    """One alarm. `fingerprint` is stable while it fires; `labels` name the host or the service."""

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
    """What one message held: alarms that can be used, and for each bad one where it stood and what was wrong."""

    alarms: tuple[IncomingAlarm, ...]
    faults: tuple[str, ...] = ()


class AlarmSource(Protocol):
    """Translates one message of a monitoring system; knows nothing of outages."""

    name: str

    def read(self, message: Any, *, now: datetime) -> Reading:
        """Raises `AlarmFault` when nothing of the message can be used."""
        ...
