"""Options that many commands share."""

from typing import Annotated

import typer

from vigie.cli.words import gettext as _

AsJson = Annotated[bool, typer.Option("--json", help=_("For programs: JSON on standard output."))]
As = Annotated[
    str,
    typer.Option(
        "--as",
        envvar="VIGIE_USER",
        metavar="LOGIN",
        help=_("Who you are here; your login on this machine otherwise."),
    ),
]
At = Annotated[
    str, typer.Option("--at", metavar="TIME", help=_("When: 14:30, 2026-11-22 14:30, -10min; now otherwise."))
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help=_("The reason; it is kept."))]


def group(about: str) -> typer.Typer:
    """A command with commands of its own."""
    app = typer.Typer(no_args_is_help=True, help=about, rich_markup_mode=None)

    @app.callback()
    def _keeps_one_command_a_group() -> None: ...

    return app


def single() -> typer.Typer:
    """A command without commands of its own."""
    return typer.Typer(rich_markup_mode=None)
