"""What the report says: planned against real, promised against kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from vigie.outages.rules.plan import Course, Told


@dataclass(frozen=True)
class Promise:
    """A "next update by" that readers saw: kept if word came by then."""

    made_at: datetime
    by: datetime
    next_word: datetime | None

    def kept(self, now: datetime) -> bool | None:
        """None while its time has not come."""
        if self.next_word is not None:
            return self.next_word <= self.by
        return None if now <= self.by else False


@dataclass(frozen=True)
class ServiceCourse:
    """How one service fared. `expected_end` is the first end that readers were told."""

    code: str
    effect: str
    starts_at: datetime
    expected_end: datetime | None
    restored_at: datetime | None

    @property
    def lasted(self) -> timedelta | None:
        return self.restored_at - self.starts_at if self.restored_at else None


@dataclass(frozen=True)
class Report:
    """Planned against real, for one outage."""

    lasted: timedelta | None
    to_declare: timedelta
    to_first_notice: timedelta | None
    gaps: tuple[timedelta, ...]
    promises: tuple[Promise, ...]
    overran: timedelta | None
    services: tuple[ServiceCourse, ...]

    @property
    def longest_gap(self) -> timedelta | None:
        return max(self.gaps, default=None)


def report(course: Course, services: Sequence[ServiceCourse]) -> Report:
    """The numbers of the report: each is a difference of two rows, so that anyone can check it on paper."""
    times = [told.at for told in course.told]
    expected = [service.expected_end for service in services if service.expected_end]
    return Report(
        lasted=course.ended_at - course.starts_at if course.ended_at else None,
        to_declare=course.declared_at - course.starts_at,
        to_first_notice=times[0] - course.declared_at if times else None,
        gaps=tuple(after - before for before, after in pairwise(times)),
        promises=promises(course.told),
        overran=course.ended_at - max(expected) if course.ended_at and expected else None,
        services=tuple(services),
    )


def promises(told: Sequence[Told]) -> tuple[Promise, ...]:
    """Each promised time with the first word that came after it was made."""
    return tuple(
        Promise(word.at, word.promised, told[index + 1].at if index + 1 < len(told) else None)
        for index, word in enumerate(told)
        if word.promised is not None
    )
