"""How batch systems answer, and what was brought in from files."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from vigie.jobs.adapters import tables
from vigie.jobs.models import BatchSource, JobImport, LineAside
from vigie.kernel import clock


@dataclass(frozen=True)
class Standing:
    """One configured batch system as an operator wants to know it.

    `behind_s`: since how long what ended may be missing from the history; None: it was never read. `away_since` and
    `problem`: it doesn't answer, and its words. `asides`: lines of its last answers that could not be read; `notes`:
    what was mended or left out in them, {words: how often}.
    """

    name: str
    adapter: str
    cluster: str
    until: datetime | None
    behind_s: float | None
    sampled_at: datetime | None
    running: int
    waiting: int
    jobs: int
    took_s: float
    asides: int
    notes: dict[str, int]
    away_since: datetime | None
    problem: str

    @property
    def away(self) -> bool:
        return self.away_since is not None


def standings() -> list[Standing]:
    """Every batch system in the configuration, asked already or not."""
    rows = {row.name: row for row in BatchSource.objects.all()}
    return [_standing(name, table.adapter, rows.get(name)) for name, table in sorted(tables().items())]


def _standing(name: str, adapter: str, row: BatchSource | None) -> Standing:
    row = row or BatchSource(name=name, adapter=adapter)
    behind = (clock.now() - row.until).total_seconds() if row.until else None
    return Standing(
        name=name,
        adapter=adapter,
        cluster=row.cluster,
        until=row.until,
        behind_s=None if behind is None else max(0.0, behind),
        sampled_at=row.sampled_at,
        running=row.running,
        waiting=row.waiting,
        jobs=row.jobs,
        took_s=row.took_s,
        asides=row.asides,
        notes=row.notes,
        away_since=row.away_since,
        problem=row.problem,
    )


def imports() -> QuerySet[JobImport]:
    """What was brought in, the latest first."""
    return JobImport.objects.order_by("-at", "-pk")


def lines_of(what: str) -> list[LineAside] | None:
    """The lines kept aside of an import (its number) or of a batch system (its name); None: there is neither."""
    origin: dict[str, JobImport | BatchSource | None] = {
        "imported": JobImport.objects.filter(pk=int(what)).first() if what.isdecimal() else None,
        "source": BatchSource.objects.filter(name=what).first(),
    }
    found = [(name, row) for name, row in origin.items() if row is not None]
    return list(LineAside.objects.filter(**dict(found[:1])).order_by("line", "pk")) if found else None
