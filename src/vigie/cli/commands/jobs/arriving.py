"""`vigie jobs import|imports|sources`: where the history of jobs comes from. Django only once one of them is called."""

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli import prepare
from vigie.cli.commands.jobs.explain import Cluster, Columns, mapping
from vigie.cli.options import As, AsJson
from vigie.cli.words import gettext as _

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help=_("Plain or gzip."))]
Format = Annotated[str, typer.Argument(metavar="FORMAT", help="sacct, gridengine, condor, swf, csv, parquet")]
What = Annotated[str, typer.Argument(metavar="[NUMBER|NAME]", help=_("Of which the lines."))]


def add(app: typer.Typer) -> None:
    app.command(name="import", help=_("Bring files of jobs into the history; once more does no harm."))(
        import_
    )
    app.command(
        name="imports",
        help=_("What was brought in; with a NUMBER, or the NAME of a source, the lines kept aside."),
    )(imports)
    app.command(name="sources", help=_("The batch systems that are asked, and how they answer."))(sources)


def import_(
    format_: Format,
    files: Files,
    *,
    cluster: Cluster = "",
    columns: Columns = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    named = mapping(columns)
    prepare.ready("django")
    from vigie.cli.commands.jobs import bringing  # noqa: PLC0415 # Django is ready only now

    bringing.bring(format_, files, cluster=cluster, columns=named, login=as_, as_json=as_json)


def imports(what: What = "", *, as_json: AsJson = False) -> None:
    prepare.ready("django")
    from vigie.cli.commands.jobs import bringing  # noqa: PLC0415 # same

    if what:
        bringing.show_lines(what, as_json=as_json)
    else:
        bringing.show_imports(as_json=as_json)


def sources(*, as_json: AsJson = False) -> None:
    prepare.ready("django")
    from vigie.cli.commands.jobs import standing  # noqa: PLC0415 # same

    standing.show(as_json=as_json)
