"""Files of jobs on their way into the history: progress, numbers, and the lines kept aside."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.errors import REFUSED, say
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.jobs.actions import Progress, bring_in
from vigie.jobs.models import JobImport
from vigie.jobs.queries import imports, lines_of
from vigie.kernel.errors import Missing

TOLD = 10  # lines kept aside that are told at once; the others by “vigie jobs imports NUMBER”
SHOWN = 30  # imports; --json gives all


def bring(
    format_: str,
    files: Sequence[Path],
    *,
    cluster: str,
    columns: Mapping[str, str],
    login: str,
    as_json: bool,
) -> None:
    """Read the files one after the other. Exit 1 if lines were kept aside."""
    actor, done = acting(login), list[JobImport]()
    for file in files:
        with progress(file, quiet=as_json) as tell:
            done.append(bring_in(actor, format_, file, cluster=cluster, columns=columns, tell=tell))
        if not as_json:
            _tell(done[-1])
    if as_json:
        output.as_json([as_dict(one) for one in done])
    if any(one.asides for one in done):
        raise typer.Exit(REFUSED)


def _tell(one: JobImport) -> None:
    words = _(
        "%(file)s: new %(new)d, changed %(changed)d, known %(same)d, not ended %(not_ended)d, kept aside %(asides)d."
    )
    names = ("file", "new", "changed", "same", "not_ended", "asides")
    output.line(words % {name: getattr(one, name) for name in names})
    for note, count in sorted(one.notes.items()):
        output.line(f"  {count} × {note}")
    for line in (lines_of(str(one.pk)) or [])[:TOLD]:
        where = f"{one.file}:{line.line}" if line.line else one.file  # 0: of the file, as where it breaks off
        text = f" ({line.text[:80]})" if line.text else ""
        say(output.clean(f"{where}: {line.reason}{text}"))
    if one.asides > TOLD:
        say(_("… and more: “vigie jobs imports %(number)d”") % {"number": one.pk})


@contextmanager
def progress(file: Path, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A line on a terminal that moves and says how many jobs were read; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda _progress: None
        return
    from rich.console import Console  # noqa: PLC0415 # a tenth of a second, on a terminal only
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 # same
    from rich.progress import Progress as Bar  # noqa: PLC0415 # same

    words = TextColumn(
        _("{task.description}: {task.completed} jobs, {task.fields[asides]} kept aside"), markup=False
    )
    with Bar(BarColumn(), words, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(output.clean(file.name), total=None, asides=0)
        yield lambda told: bar.update(task, completed=told.jobs, asides=told.asides)


def show_imports(*, as_json: bool) -> None:
    """What was brought in, the latest first."""
    if as_json:
        output.as_json([as_dict(one) for one in imports()])
        return
    output.table(
        [
            _("number"),
            _("time"),
            _("format"),
            _("file"),
            _("new"),
            _("changed"),
            _("known"),
            _("kept aside"),
            "",
        ],
        [
            (
                one.pk,
                shown(one.at),
                one.format,
                one.file,
                one.new,
                one.changed,
                one.same,
                one.asides,
                one.problem,
            )
            for one in imports()[:SHOWN]
        ],
        empty=_("No file of jobs was brought in yet."),
    )


def show_lines(what: str, *, as_json: bool) -> None:
    """The lines kept aside of an import or of a batch system."""
    found = lines_of(what)
    if found is None:
        raise Missing(
            "jobs.no_such_import", _("There is no import and no source “%(what)s”.") % {"what": what}
        )
    if as_json:
        output.as_json([{"line": one.line, "reason": one.reason, "text": one.text} for one in found])
        return
    output.table(
        [_("line"), _("reason"), _("text")],
        [(one.line, one.reason, one.text[:80]) for one in found],
        empty=_("No line was kept aside."),
    )


def as_dict(one: JobImport) -> dict[str, Any]:
    """An import for programs."""
    return {
        "number": one.pk,
        "at": one.at,
        "ended_at": one.ended_at,
        "format": one.format,
        "file": one.file,
        "new": one.new,
        "changed": one.changed,
        "known": one.same,
        "not_ended": one.not_ended,
        "kept_aside": one.asides,
        "notes": one.notes,
        "problem": one.problem,
    }
