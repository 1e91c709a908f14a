"""`vigie public …`: `emergency` works on a host without a desk, so Django is set up only by the others."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from vigie.cli import output, prepare
from vigie.cli.errors import REFUSED
from vigie.cli.options import AsJson, group
from vigie.cli.words import gettext as _

app = group(_("The public site: build, push, emergency notice."))


@app.command(help=_("Bring the static site up to date; only what changed is written."))
def build(
    folder: Annotated[
        Path | None, typer.Option("--folder", help=_("Where; the option public.folder otherwise."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    prepare.ready("django")
    from vigie.public import actions  # noqa: PLC0415 # Django is ready only now

    done = actions.build(folder.expanduser().resolve() if folder else None)
    if as_json:
        output.as_json(done)
        return
    words = {
        "folder": done.folder,
        "files": done.files,
        "written": len(done.written),
        "removed": len(done.removed),
    }
    output.line(_("%(folder)s: %(files)s files, %(written)s written, %(removed)s removed.") % words)


@app.command(help=_("Copy the built site to the host outside, by the configured command."))
def push() -> None:
    prepare.ready("django")
    from vigie.public import actions  # noqa: PLC0415 # same

    done = actions.push()
    output.line(done.output or _("Pushed."))
    if not done.ok:
        raise typer.Exit(REFUSED)


@app.command(
    help=_("Publish a notice by hand into a folder of the site, when the desk itself is down."),
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
def emergency(context: typer.Context) -> None:
    program = import_module("vigie.public.emergency")
    raise typer.Exit(int(program.main(context.args, "vigie public emergency") or 0))
