"""`vigie admin create`."""

import sys
from typing import Annotated

import typer
from django.db import transaction

from vigie.cli import output
from vigie.cli.commands.outage.common import read
from vigie.cli.database import must_be_migrated
from vigie.cli.errors import Wrong
from vigie.cli.options import group
from vigie.cli.words import gettext as _
from vigie.kernel.access import System
from vigie.people.actions import save_person, set_password
from vigie.people.models import Person

app = group(_("Administrators."))
VIGIE = System("command line")


@app.command(help=_("Make a person an administrator with a password: the first one, or to get back in."))
def create(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    *,
    name: Annotated[str, typer.Option("--name", help=_("Full name; the login otherwise."))] = "",
    email: Annotated[str, typer.Option("--email", help=_("Mail address."))] = "",
    lang: Annotated[str, typer.Option("--lang", help=_("fr or en."))] = "fr",
    password_file: Annotated[
        str,
        typer.Option(
            "--password-file", metavar="FILE", help=_("Its first line; - is standard input; asked otherwise.")
        ),
    ] = "",
) -> None:
    if lang not in {"fr", "en"}:
        raise Wrong(_("--lang: write fr or en."))
    must_be_migrated(make_new=True)
    known = Person.objects.filter(login=login).first()
    password = _password(password_file)
    with transaction.atomic():  # a weak password leaves no account behind
        person = save_person(
            VIGIE,
            login=login,
            name=name or (known.name if known else login),
            email=email or (known.email if known else ""),
            phone=known.phone if known else "",
            language=known.language if known else lang,
            administrator=True,
            groups=list(known.memberships.values_list("group__code", "is_lead")) if known else (),
        )
        set_password(VIGIE, person, password)
    output.line(_("%(login)s is an administrator and can log in.") % {"login": person.login})


def _password(file: str) -> str:
    """From the file's first line, or asked twice at the terminal; never an argument, which everybody could list."""
    if not file and not sys.stdin.isatty():
        raise Wrong(
            _("There is no terminal to ask for the password."),
            hint=_("Give it in a file: --password-file FILE."),
        )
    if not file:
        asked: str = typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True)
        return asked
    first = (read(file, "--password-file").splitlines() or [""])[0]
    if not first:
        raise Wrong(_("--password-file: %(file)s is empty.") % {"file": file})
    return first
