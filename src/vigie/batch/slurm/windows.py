"""Asking the accounting for a long time in short windows, shorter when they are too much for it."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from vigie.batch.programs import TooLarge, TooSlow
from vigie.contracts.batch import Away

Found = TypeVar("Found")
LEAST = timedelta(seconds=30)


def in_windows(
    since: datetime,
    until: datetime,
    ask: Callable[[datetime, datetime], Found],
    *,
    longest: timedelta,
    slow: float,
) -> Iterator[Found]:
    """What `ask` finds in [since, until), window by window, in order.

    A window that was too slow or too large is asked again in halves; one that took over `slow` seconds makes the next
    one half as long, a quick one makes it longer again up to `longest`. Raises Away if even the shortest is too much.
    """
    length = longest
    while since < until:
        end = min(since + length, until)
        began = time.monotonic()
        try:
            found = ask(since, end)
        except (TooSlow, TooLarge) as failure:
            if end - since <= LEAST:
                raise Away(f"{failure} (window {since:%Y-%m-%dT%H:%M:%S} to {end:%H:%M:%S} UTC)") from failure
            length = max((end - since) / 2, LEAST)
            continue
        took = time.monotonic() - began
        yield found
        since = end
        if took > slow:
            length = max(length / 2, LEAST)
        elif took < slow / 4:
            length = min(length * 2, longest)
