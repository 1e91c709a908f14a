"""Bringing files of jobs in: what is good goes into the lake, what is not is kept aside with its number and reason."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from vigie.contracts.batch import BatchFailure, Tally
from vigie.jobs.actions.asides import KEPT, keep_lines, told_notes
from vigie.jobs.actions.polling import checked
from vigie.jobs.adapters import reader
from vigie.jobs.events import JobsAudit
from vigie.jobs.lake import LakeTrouble, Written
from vigie.jobs.models import JobImport
from vigie.jobs.queries import lake
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor
from vigie.kernel.errors import BadInput, Refused
from vigie.lib.fittext import fit


@dataclass(frozen=True)
class Progress:
    """How far a file is read: jobs handed out, lines kept aside."""

    jobs: int
    asides: int


def bring_in(
    actor: Actor,
    format_: str,
    path: Path,
    *,
    cluster: str = "",
    columns: Mapping[str, str] | None = None,
    tell: Callable[[Progress], None] = lambda _progress: None,
) -> JobImport:
    """Read a file into the lake. Once more does no harm: what is known is known.

    Raises BadInput if nothing of it can be read, Refused if the lake can't be written; what was written stays.
    """
    source, tally = reader(format_), Tally(keep=KEPT)
    if columns and not source.info.mappable:
        raise BadInput(
            "jobs.not_mappable",
            _("The format “%(name)s” names its columns itself: leave the mapping out.") % {"name": format_},
        )
    row = JobImport.objects.create(at=clock.now(), format=format_, file=fit(path.name)[:500])

    def told() -> Iterator[pa.RecordBatch]:
        zone = settings.TIME_ZONE
        for batch in checked(source.read(path, tally, cluster=cluster, columns=columns, zone=zone)):
            tell(Progress(tally.jobs, tally.asides))
            yield batch

    done, problem = Written(), ""
    try:
        lake().write_jobs(told(), clock.now(), done)
    except (BatchFailure, LakeTrouble) as error:
        problem = str(error)
        _ended(actor, row, done, tally, problem)
        if isinstance(error, LakeTrouble):
            raise Refused("jobs.lake_unwritable", problem) from error
        raise BadInput("jobs.unreadable_file", problem) from error
    _ended(actor, row, done, tally, problem)
    tell(Progress(tally.jobs, tally.asides))
    return row


@transaction.atomic
def _ended(actor: Actor, row: JobImport, done: Written, tally: Tally, problem: str) -> None:
    row.new, row.changed, row.same, row.not_ended = done.new, done.changed, done.same, done.not_ended
    row.asides, row.notes, row.problem = tally.asides, told_notes(tally), fit(problem)[:500]
    row.ended_at = clock.now()
    row.save()
    keep_lines(tally.aside, imported=row)
    numbers = {"file": row.file, "format": row.format, "new": row.new, "changed": row.changed}
    audit.record(JobsAudit.IMPORTED, actor=actor, subject=row, changes=numbers)
