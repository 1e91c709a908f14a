"""`vigie person …`: what Vigie keeps about somebody, told or forgotten."""

from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.errors import Wrong
from vigie.cli.options import As, group
from vigie.cli.words import gettext as _
from vigie.dayone.actions import personal

app = group(_("What Vigie keeps about somebody: told, or forgotten."))
Who = Annotated[
    str, typer.Argument(metavar="LOGIN|ADDRESS", help=_("Somebody of the desk, or a mail address."))
]


@app.command(help=_("Everything that Vigie keeps about somebody, as JSON."))
def export(who: Who, as_: As = "") -> None:
    output.as_json(personal.about(acting(as_), personal.whom(who)))


@app.command(help=_("Forget somebody: what they did stays, under a number. It can’t be undone."))
def erase(
    who: Who, *, yes: Annotated[bool, typer.Option("--yes", help=_("Do it."))] = False, as_: As = ""
) -> None:
    found = personal.whom(who)
    if not yes:
        raise Wrong(
            _("This forgets %(name)s for ever.") % {"name": found.name},
            hint=_("See first what there is (“vigie person export”), then add --yes."),
        )
    output.line(
        _("Forgotten; %(label)s stands in the place of the name.")
        % {"label": personal.forget(acting(as_), found)}
    )
