"""`vigie check-config`."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from vigie.cli.house import House
from vigie.cli.words import gettext as _

app = typer.Typer()


@app.command(
    help=_("Look at the configuration and explain each fault: which option, where from, what to do.")
)
def check_config(
    context: typer.Context,
    network: Annotated[bool, typer.Option("--network", help=_("Call the mail server too."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("For programs."))] = False,
) -> None:
    house: House = context.obj
    found = house.check_config(network)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    else:
        for finding in found:
            typer.echo(f"{'ok   ' if finding.ok else 'FAULT'} {finding.what}: {finding.words}")
    if not all(finding.ok for finding in found):
        raise typer.Exit(2)
