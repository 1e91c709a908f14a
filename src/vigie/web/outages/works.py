"""The works within one outage, as rows of a picture made of columns: no style is computed, classes say from where to where."""

from dataclasses import dataclass
from datetime import datetime

from vigie.outages.models import Intervention, Outage

COLUMNS = 48  # the window of the outage, cut in as many equal parts


@dataclass(frozen=True)
class Bar:
    """One work; `first` and `last` are grid lines (1 … COLUMNS + 1) of the outage's window."""

    work: Intervention
    first: int
    last: int
    after: tuple[str, ...]  # what it waits for
    services: tuple[str, ...]
    ready: bool  # everything it waits for is done


@dataclass(frozen=True)
class Picture:
    """The works of an outage, and the times at the quarters of its window."""

    bars: tuple[Bar, ...]
    ticks: tuple[datetime, ...]
    done: int


def picture(outage: Outage, language: str) -> Picture | None:
    """None where there is no work, or no end to draw towards."""
    works = list(outage.interventions.prefetch_related("after", "services"))
    if not works:
        return None
    start = min([outage.starts_at, *(work.starts_at for work in works)])
    end = max([outage.expected_end or outage.starts_at, *(work.ends_at for work in works)])
    step = (end - start) / COLUMNS

    def line(at: datetime) -> int:
        return 1 + round((at - start) / step)

    bars = tuple(
        Bar(
            work=work,
            first=min(line(work.starts_at), COLUMNS),
            last=max(line(work.ends_at), min(line(work.starts_at), COLUMNS) + 1),
            after=tuple(str(other) for other in work.after.all()),
            services=tuple(service.name(language) for service in work.services.all()),
            ready=all(other.done_at for other in work.after.all()),
        )
        for work in works
    )
    return Picture(
        bars=bars,
        ticks=tuple(start + (end - start) / 4 * part for part in range(4)),
        done=sum(work.done_at is not None for work in works),
    )
