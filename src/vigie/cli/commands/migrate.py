"""`vigie migrate`."""

import typer

from vigie.cli import database
from vigie.cli.words import gettext as _

app = typer.Typer()


@app.command(
    help=_("Bring the database's tables up to date; nothing is lost, and doing it twice does nothing.")
)
def migrate() -> None:
    done = database.migrate()
    typer.echo(
        _("The database is up to date; steps made: %(n)s.") % {"n": done}
        if done
        else _("The database is up to date.")
    )
