"""`vigie outage handover`."""

from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting, somebody
from vigie.cli.commands.outage.common import Number
from vigie.cli.errors import Wrong
from vigie.cli.options import As, Why
from vigie.cli.words import gettext as _
from vigie.outages import actions, queries
from vigie.outages.rules import RoleName


def handover(
    number: Number,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=_("contact or follower."))],
    to: Annotated[str, typer.Argument(metavar="LOGIN", help=_("Who takes it."))],
    why: Why = "",
    as_: As = "",
) -> None:
    if role not in set(RoleName):
        raise Wrong(_("“%(role)s” is not a role of an outage; write contact or follower.") % {"role": role})
    row, person = queries.outage(number), somebody(to)
    actions.hand_over(acting(as_), row, RoleName(role), person, why=why)
    output.line(_("%(name)s holds it now.") % {"name": person.name})


def add(app: typer.Typer) -> None:
    app.command("handover", help=_("Hand the contact's or the follower's role over."))(handover)
