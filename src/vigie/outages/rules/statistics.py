"""How a service fared over a span of time: downtime, notice given, promises kept. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from vigie.notices.rules import Effect

NOTHING = timedelta(0)
Spell = tuple[datetime, datetime]


@dataclass(frozen=True)
class Trouble:
    """One service in one outage. `ends_at` is when it worked again; None while it does not."""

    sudden: bool
    effect: str
    starts_at: datetime
    ends_at: datetime | None
    declared_at: datetime
    first_told_at: datetime | None
    planned_start: datetime | None
    promises_kept: int
    promises_broken: int


@dataclass(frozen=True)
class ServiceFigures:
    """A service over a span. Times during which two outages overlap count once."""

    outages: int
    sudden: int
    down_sudden: timedelta
    down_scheduled: timedelta
    disturbed: timedelta
    availability: float | None
    notice_given: timedelta | None
    to_first_notice: timedelta | None
    promises_kept: int
    promises_broken: int

    @property
    def kept_share(self) -> float | None:
        made = self.promises_kept + self.promises_broken
        return self.promises_kept / made if made else None


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """The same time, without overlaps, in order."""
    found: list[Spell] = []
    for start, end in sorted(spells):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def total(spells: Iterable[Spell]) -> timedelta:
    return sum((end - start for start, end in merged(spells)), NOTHING)


def clipped(troubles: Iterable[Trouble], start: datetime, end: datetime) -> list[Spell]:
    """When they lasted, within [start, end); what goes on lasts until `end`."""
    spells = ((max(row.starts_at, start), min(row.ends_at or end, end)) for row in troubles)
    return [(begin, finish) for begin, finish in spells if begin < finish]


def middle(spans: Sequence[timedelta]) -> timedelta | None:
    """The median: half were longer, half shorter; None of nothing."""
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None


def figures(troubles: Sequence[Trouble], start: datetime, end: datetime) -> ServiceFigures:
    """The numbers of one service over [start, end): each can be checked on paper from the list of its outages.

    Availability is the share of the span in which the service was not down, planned or not; degraded counts as
    available. Notice given is the median of first word to planned start; negative if it was told too late.
    """
    down = [row for row in troubles if row.effect == Effect.DOWN]
    sudden = clipped((row for row in down if row.sudden), start, end)
    scheduled = clipped((row for row in down if not row.sudden), start, end)
    disturbed = clipped((row for row in troubles if row.effect != Effect.DOWN), start, end)
    notice = [
        row.planned_start - row.first_told_at
        for row in troubles
        if not row.sudden and row.planned_start and row.first_told_at
    ]
    first = [row.first_told_at - row.declared_at for row in troubles if row.sudden and row.first_told_at]
    span = end - start
    return ServiceFigures(
        outages=len(troubles),
        sudden=sum(row.sudden for row in troubles),
        down_sudden=total(sudden),
        down_scheduled=total(scheduled),
        disturbed=total(disturbed),
        availability=1 - total([*sudden, *scheduled]) / span if span > NOTHING else None,
        notice_given=middle(notice),
        to_first_notice=middle(first),
        promises_kept=sum(row.promises_kept for row in troubles),
        promises_broken=sum(row.promises_broken for row in troubles),
    )
