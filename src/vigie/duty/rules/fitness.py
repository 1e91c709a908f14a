"""Who can hold a shift: still here, qualified, not away, not on another level of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from vigie.duty.rules.holding import HANDOVER_OVERLAP, Span
from vigie.duty.rules.rotation import Reason

Days = tuple[date, date | None]


@dataclass(frozen=True)
class Fitness:
    """What is known of people for one duty. `qualified` is None where the duty asks for no qualification."""

    zone: ZoneInfo
    here: Mapping[int, date | None]  # who works here, and the first day on which they no longer will
    qualified: Mapping[int, Sequence[Days]] | None
    away: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    held: Mapping[int, Sequence[Span]] = field(default_factory=dict)

    def unfit(self, person: int, span: Span) -> Reason | None:
        """Why this person can't hold the duty over the whole span; None if they can."""
        day = span.starts.astimezone(self.zone).date()
        if not self.works_here(person, day):
            return Reason.LEFT
        if not self.is_qualified(person, day):
            return Reason.UNQUALIFIED
        if any(span.overlap(other) for other in self.away.get(person, ())):
            return Reason.ABSENT
        if any(self._in_the_way(span, other) for other in self.held.get(person, ())):
            return Reason.HOLDS
        return None

    def works_here(self, person: int, day: date) -> bool:
        """Whether they still do on that day, as far as is known."""
        ends = self.here.get(person)
        return person in self.here and (ends is None or day < ends)

    def is_qualified(self, person: int, day: date) -> bool:
        """On the day on which a shift begins."""
        if self.qualified is None:
            return True
        spans = self.qualified.get(person, ())
        return any(since <= day and (until is None or day < until) for since, until in spans)

    @staticmethod
    def _in_the_way(span: Span, other: Span) -> bool:
        """Neighbours may overlap where the clocks go back; a short shift that lies within another may not."""
        overlap = span.overlap(other)
        return overlap > HANDOVER_OVERLAP or (
            bool(overlap) and overlap in {span.ends - span.starts, other.ends - other.starts}
        )
