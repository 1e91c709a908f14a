"""What goes wrong on Valmorin's farm, and when: a rack that stalls, a production that waits for its files.

By the calendar alone, so that the same day always has the same troubles and a demo that slept wakes up among new
ones. At every moment one of each kind has gone on for half a day at least.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vigie.demo.farm_facts import RACKS

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PRODUCTIONS = ("halc_reco_{n}", "orion_merge_{n}", "qz-stack-{n}")


@dataclass(frozen=True)
class Slow:
    """Jobs on rack number `rack` (-1: any) of the work `name` ("": any) run at `factor` of their speed from `start` to `end`."""

    start: datetime
    end: datetime
    factor: float
    rack: int = -1
    name: str = ""


def slow_between(first: datetime, last: datetime) -> Iterator[Slow]:
    """The troubles that touch the span, the more particular first."""
    yield from _turns(
        first, last, every=5 * DAY, lasts=5.5 * DAY, shift=timedelta(hours=7.2), production=True
    )
    yield from _turns(
        first, last, every=4 * DAY, lasts=4.5 * DAY, shift=timedelta(hours=21.2), production=False
    )


def _turns(
    first: datetime, last: datetime, *, every: timedelta, lasts: timedelta, shift: timedelta, production: bool
) -> Iterator[Slow]:
    number = (first - lasts - shift - EPOCH) // every
    while (start := EPOCH + shift + number * every) < last:
        if start + lasts > first:
            if production:
                yield Slow(start, start + lasts, 0.14, name=PRODUCTIONS[number % len(PRODUCTIONS)])
            else:
                yield Slow(start, start + lasts, 0.05, rack=(number * 5) % RACKS)
        number += 1
