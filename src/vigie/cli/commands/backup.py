"""`vigie backup FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli import archive, output
from vigie.cli.database import must_be_migrated
from vigie.cli.errors import Wrong
from vigie.cli.options import single
from vigie.cli.words import gettext as _

app = single()


@app.command(
    help=_("Write everything that can't be made again into one file: the database and the secret key.")
)
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("A new file, like vigie-2026-11-22.tar.gz."))
    ],
    force: Annotated[bool, typer.Option("--force", help=_("Replace the file if it is there."))] = False,
) -> None:
    file = file.expanduser().absolute()
    if file.exists() and not force:
        raise Wrong(_("%(file)s is there already.") % {"file": file}, hint=_("Name another, or add --force."))
    must_be_migrated()
    archive.write(file)
    output.line(
        _("%(file)s: %(size)s kB. Keep it where only administrators read.")
        % {"file": file, "size": file.stat().st_size // 1024}
    )
