"""`vigie restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer
from django.db import DatabaseError

from vigie.cli import archive, database, output
from vigie.cli.options import single
from vigie.cli.words import gettext as _
from vigie.kernel.errors import Refused
from vigie.people.models import Person

app = single()


@app.command(help=_("Bring a backup back, in place of what the database holds. Stop the desk first."))
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    force: Annotated[
        bool, typer.Option("--force", help=_("Even if the database holds data: it is lost."))
    ] = False,
) -> None:
    with archive.opened(file) as content:
        if _holds_data() and not force:
            raise Refused(
                "restore.not_empty",
                _("The database holds data; restoring would lose it."),
                hint=_("Make a backup of it, then add --force."),
            )
        steps = archive.restore(content)
    output.line(_("Restored."))
    if steps:
        output.line(_("The backup is of an older version: run “vigie migrate” now."))
    output.line(_("“vigie public build” makes the public site anew."))


def _holds_data() -> bool:
    if database.is_new():
        return False
    try:
        return Person.objects.exists()
    except DatabaseError:  # no tables yet
        return False
