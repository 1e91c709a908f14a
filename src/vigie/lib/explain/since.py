"""Since when: the moment at which the rate of a finding's rows rose."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from vigie.lib.explain.judging import surprise


def since(moments: NDArray[np.int64], flagged: NDArray[np.bool_]) -> datetime | None:
    """The first flagged moment after the rate rose for good; if it did not rise, the first flagged moment of all.

    `moments` are microseconds since 1970, negative ones least: unknown are left out by the caller. The rise is where
    two rates, before and after, are likelier than one by most (a change point of a Bernoulli series).
    """
    if not flagged.any():
        return None
    order = np.argsort(moments, kind="stable")
    moments, marks = moments[order], flagged[order].astype(np.float64)
    count, total = len(marks), marks.sum()
    before = np.arange(count, dtype=np.float64)  # rows before each possible rise
    marked_before = np.cumsum(marks) - marks
    rate = total / count
    if rate < 1:
        after = surprise(count - before, total - marked_before, rate)
        gained = after + surprise(before, before - marked_before, 1 - rate)
        start = int(gained.argmax()) if gained.max() > np.log(count) + 3 else 0
    else:
        start = 0
    first = start + int(marks[start:].argmax())
    return datetime.fromtimestamp(int(moments[first]) / 1e6, tz=UTC)
