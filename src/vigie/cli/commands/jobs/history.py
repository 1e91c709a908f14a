"""`vigie jobs slow|show|export`, exemptions: what the desk knows of jobs. Django is set up only when one is called."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from vigie.cli import prepare
from vigie.cli.options import As, AsJson
from vigie.cli.words import gettext as _


def _option(name: str, about: str, metavar: str = "NAME") -> Any:
    return typer.Option(name, metavar=metavar, help=about)


Cluster = Annotated[str, _option("--cluster", _("Jobs of this cluster."))]
Experiment = Annotated[str, _option("--experiment", _("Jobs of this experiment; “-” for none."), "CODE")]
User = Annotated[str, _option("--user", _("Jobs of this user."))]
Queue = Annotated[str, _option("--queue", _("Jobs of this queue."))]
Node = Annotated[str, _option("--node", _("Jobs on this node."))]
Rack = Annotated[str, _option("--rack", _("Jobs in this rack."))]
Words = Annotated[str, _option("--words", _("Words of the job's name, id or user."), "TEXT")]
DetectorOption = Annotated[str, _option("--detector", _("Jobs that this detector flagged."))]
FindingOption = Annotated[int, _option("--finding", _("The bad jobs of this finding."), "ID")]
Finished = Annotated[bool, typer.Option("--finished", help=_("Jobs that ended, not those that run."))]
From = Annotated[str, _option("--from", _("Ended at or after this time; a day ago otherwise."), "TIME")]
To = Annotated[str, _option("--to", _("Ended before this time; now otherwise."), "TIME")]
Order = Annotated[str, _option("--order", _("lost, efficiency, elapsed, cores, started or memory."), "ORDER")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=100_000, help=_("How many at most."))]


def add(app: typer.Typer) -> None:
    app.command(name="slow", help=_("Bad jobs, the costliest first."))(slow)
    app.command(name="show", help=_("One job: its attempts, what is wrong, its CPU time as it was seen."))(
        show
    )
    app.command(name="export", help=_("Jobs as CSV or Parquet."))(export)
    app.command(name="exempt", help=_("Leave a user, experiment, queue or job alone until a time."))(exempt)
    app.command(name="exemptions", help=_("What is left alone, until when, why."))(exemptions)
    app.command(name="unexempt", help=_("End an exemption now."))(unexempt)


def _desk() -> Any:
    """The part that needs the database."""
    prepare.ready("django")
    return import_module("vigie.cli.commands.jobs.desk")


def now(*, as_json: bool) -> None:
    """`vigie jobs explain` without a file."""
    _desk().findings(as_json=as_json)


def slow(
    *,
    cluster: Cluster = "",
    experiment: Experiment = "",
    user: User = "",
    queue: Queue = "",
    node: Node = "",
    rack: Rack = "",
    words: Words = "",
    detector: DetectorOption = "",
    finding: FindingOption = 0,
    finished: Finished = False,
    start: From = "",
    until: To = "",
    order: Order = "lost",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    equal = {
        "cluster": cluster,
        "experiment": experiment,
        "user": user,
        "queue": queue,
        "node": node,
        "rack": rack,
    }
    desk = _desk()
    wanted = desk.wanted(
        equal, words, detector, finding, finished=finished, start=start, until=until, order=order, slow=True
    )
    desk.slow(wanted, limit, as_json=as_json)


def show(
    job_id: Annotated[str, typer.Argument(metavar="ID", help=_("As its user writes it: 17, 17_4, 17+1."))],
    *,
    cluster: Cluster = "",
    as_json: AsJson = False,
) -> None:
    _desk().show(cluster, job_id, as_json=as_json)


def export(
    *,
    form: Annotated[str, _option("--format", _("csv or parquet."), "FORMAT")] = "csv",
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help=_("Where; standard output otherwise."))
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help=_("Good jobs too, not only bad ones."))] = False,
    cluster: Cluster = "",
    experiment: Experiment = "",
    user: User = "",
    queue: Queue = "",
    node: Node = "",
    rack: Rack = "",
    words: Words = "",
    detector: DetectorOption = "",
    finding: FindingOption = 0,
    finished: Finished = False,
    start: From = "",
    until: To = "",
) -> None:
    equal = {
        "cluster": cluster,
        "experiment": experiment,
        "user": user,
        "queue": queue,
        "node": node,
        "rack": rack,
    }
    desk = _desk()
    wanted = desk.wanted(
        equal,
        words,
        detector,
        finding,
        finished=finished,
        start=start,
        until=until,
        order="lost",
        slow=not all_,
    )
    desk.export(wanted, form, output)


def exempt(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_("user, experiment, queue or job."))],
    value: Annotated[str, typer.Argument(metavar="WHICH", help=_("Its name, code or id."))],
    *,
    until: Annotated[
        str,
        _option("--until", _("When it ends: 2026-12-24 18:00, +48h; a date alone: with that day."), "TIME"),
    ],
    why: Annotated[str, _option("--why", _("The reason; it is shown to everyone."), "TEXT")],
    cluster: Annotated[str, _option("--cluster", _("On this cluster only; a job needs it."))] = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    _desk().exempt(as_, kind, value, until=until, why=why, cluster=cluster, as_json=as_json)


def exemptions(
    *,
    ended: Annotated[bool, typer.Option("--ended", help=_("Those that are over."))] = False,
    as_json: AsJson = False,
) -> None:
    _desk().exemptions(ended=ended, as_json=as_json)


def unexempt(
    id_: Annotated[
        int, typer.Argument(metavar="ID", help=_("Its number, as “vigie jobs exemptions” says it."))
    ],
    *,
    as_: As = "",
) -> None:
    _desk().unexempt(as_, id_)
