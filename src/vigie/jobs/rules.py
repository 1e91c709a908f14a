"""When a batch system is asked, and for which time: so that nothing is missed and its database gets rest."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LEAST = timedelta(minutes=1)
"""A window never gets smaller: what ends within it is taken however much it is."""


@dataclass(frozen=True)
class Asked:
    """A table `[batch.NAME]`: which adapter, how it is asked, and what is the adapter's own to read."""

    adapter: str
    interval: int  # seconds
    overlap_minutes: int
    window_minutes: int
    window_jobs: int
    first_days: int
    settings: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def pace(self) -> "Pace":
        return Pace(
            interval=timedelta(seconds=self.interval),
            overlap=timedelta(minutes=self.overlap_minutes),
            window=timedelta(minutes=self.window_minutes),
            first=timedelta(days=self.first_days),
        )


@dataclass(frozen=True)
class Pace:
    """How a source is asked."""

    interval: timedelta
    overlap: timedelta
    window: timedelta
    first: timedelta


@dataclass(frozen=True)
class Window:
    """Ask for what ended in [since, until). `last`: after it everything up to now is known."""

    since: datetime
    until: datetime
    last: bool


def begin(until: datetime | None, pace: Pace, now: datetime) -> datetime:
    """Where a round begins: behind what is known already, for what was recorded late.

    A source that is new begins `first` ago. If the clock was set back, what is known reaches into a future that has
    not happened yet: the round begins behind now.
    """
    return now - pace.first if until is None else min(until, now) - pace.overlap


def window(cursor: datetime, size: timedelta, pace: Pace, now: datetime) -> Window:
    """The next piece of a round that has come to `cursor`."""
    until = cursor + max(LEAST, min(size or pace.window, pace.window))
    return Window(cursor, min(until, now), until >= now)


def shrunk(asked: Window) -> timedelta | None:
    """The size to try instead of a window that holds too many jobs; None: it can't be smaller, take it."""
    size = (asked.until - asked.since) / 2
    return size if size >= LEAST else None


def rest(took: timedelta, pace: Pace, *, caught_up: bool) -> timedelta:
    """How long the source is left alone now: as long as it just worked, and when all is known until its next time.

    So it is never asked more than half of the time, and an interval shorter than twice the work stretches.
    """
    return max(pace.interval - took, took) if caught_up else took


def is_due(next_at: datetime | None, asked_at: datetime | None, now: datetime) -> bool:
    """Whether to ask now. Asked in the future means that the clock was set back."""
    return next_at is None or next_at <= now or (asked_at is not None and asked_at > now)


def wants_look(sampled_at: datetime | None, pace: Pace, now: datetime) -> bool:
    """Whether it is time to look at what runs: while history is caught up, looks keep their interval."""
    return sampled_at is None or not now - pace.interval * 0.9 < sampled_at <= now
