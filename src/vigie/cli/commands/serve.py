"""`vigie serve`."""

from typing import Annotated

import typer

from vigie.cli.database import must_be_migrated
from vigie.cli.house import House
from vigie.cli.words import gettext as _

app = typer.Typer()


@app.command(help=_("Serve the desk: pages, API and worker in one process, until SIGTERM."))
def serve(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help=_("Address and port; the option serve.listen otherwise."))] = "",
    worker: Annotated[bool, typer.Option(help=_("Run the worker in this process too."))] = True,
) -> None:
    house: House = context.obj
    must_be_migrated(make_new=True)
    house.serve(listen, worker)
