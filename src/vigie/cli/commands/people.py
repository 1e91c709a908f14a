"""`vigie people list`."""

from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.options import AsJson, group
from vigie.cli.words import gettext as _
from vigie.people.models import Person
from vigie.people.queries import staff

app = group(_("Who works here."))


@app.command("list", help=_("Everyone who works here, by name."))
def list_(
    everyone: Annotated[bool, typer.Option("--all", help=_("Those who left, too."))] = False,
    as_json: AsJson = False,
) -> None:
    rows = list(Person.objects.order_by("name") if everyone else staff())
    if as_json:
        output.as_json(
            [
                {
                    "login": row.login,
                    "name": row.name,
                    "email": row.email,
                    "phone": row.phone,
                    "language": row.language,
                    "roles": row.roles,
                    "works_here": row.is_active,
                }
                for row in rows
            ]
        )
        return
    output.table(
        [_("Login"), _("Name"), _("Roles"), _("Phone"), _("Mail")],
        [(row.login, row.name, ", ".join(sorted(row.roles)), row.phone, row.email) for row in rows],
        empty=_("Nobody yet: “vigie admin create LOGIN” makes the first administrator."),
    )
