"""Who of several holds a duty. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Two shifts of the same level may overlap at a hand-over or over the hour that a clock change repeats; not more.
HANDOVER_OVERLAP = timedelta(hours=2)
LONGEST_SHIFT = timedelta(days=31)
HIGHEST_LEVEL = 9


class DutyCode(StrEnum):
    """The duties that rules of other domains name; a centre may have any others."""

    PRODUCTION = "production"
    SUPPORT = "support"


@dataclass(frozen=True)
class Span:
    """Half-open: `starts` belongs to it, `ends` does not."""

    starts: datetime
    ends: datetime

    def holds(self, t: datetime) -> bool:
        return self.starts <= t < self.ends

    def less(self, taken: "list[Span]") -> "list[Span]":
        """What is left of this span where `taken` is cut out, in order."""
        left, start = [], self.starts
        for other in sorted(taken, key=lambda span: span.starts):
            if other.ends <= start or other.starts >= self.ends:
                continue
            if other.starts > start:
                left.append(Span(start, other.starts))
            start = max(start, other.ends)
        if start < self.ends:
            left.append(Span(start, self.ends))
        return left

    def overlap(self, other: "Span") -> timedelta:
        return max(min(self.ends, other.ends) - max(self.starts, other.starts), timedelta(0))


@dataclass(frozen=True)
class Holder:
    """Somebody on a shift, as the choice below sees it."""

    person_id: int
    level: int
    starts: datetime
    ends: datetime


def in_order(holders: Sequence[Holder]) -> list[Holder]:
    """Primary first; during a hand-over the one who was there first stays first until the shift ends."""
    return sorted(holders, key=lambda holder: (holder.level, holder.starts, holder.person_id))
