"""`vigie token …`: keys for scripts."""

from datetime import timedelta
from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting, somebody
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson, group
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.kernel import clock
from vigie.kernel.errors import Missing
from vigie.people.actions import make_token, revoke_token
from vigie.people.models import ApiToken
from vigie.people.rules import Scope

app = group(_("Keys for scripts that use the API."))
SCOPES = ", ".join(Scope)


@app.command(help=_("Make a key; its secret is shown once and never kept."))
def create(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help=_("In whose name the script acts."))],
    scopes: Annotated[
        list[str], typer.Option("--scope", help=_("What it may do: %(scopes)s.") % {"scopes": SCOPES})
    ],
    *,
    label: Annotated[str, typer.Option("--label", help=_("What it is for."))] = "command line",
    days: Annotated[
        int, typer.Option("--days", min=0, max=3650, help=_("Valid so long; 0: until it is revoked."))
    ] = 0,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    expires_at = clock.now() + timedelta(days=days) if days else None
    row, secret = make_token(
        acting(as_),
        somebody(login),
        label=label,
        scopes=[_scope(one) for one in scopes],
        expires_at=expires_at,
    )
    if as_json:
        output.as_json({"id": row.pk, "secret": secret, "scopes": row.scopes, "expires_at": row.expires_at})
        return
    output.line(secret)


def _scope(word: str) -> Scope:
    try:
        return Scope(word)
    except ValueError:
        raise Wrong(
            _("--scope: there is no scope “%(scope)s”.") % {"scope": word},
            hint=_("Known scopes: %(scopes)s.") % {"scopes": SCOPES},
        ) from None


@app.command("list", help=_("The keys, without their secrets."))
def list_(as_json: AsJson = False) -> None:
    rows = list(ApiToken.objects.select_related("person").order_by("pk"))
    if as_json:
        times = ("made_at", "expires_at", "revoked_at", "last_used_at")
        output.as_json(
            [
                {"id": row.pk, "label": row.label, "person": output.person(row.person), "scopes": row.scopes}
                | {name: getattr(row, name) for name in times}
                for row in rows
            ]
        )
        return
    output.table(
        [_("Id"), _("Label"), _("Who"), _("Scopes"), _("Expires"), _("Revoked"), _("Last used")],
        [
            (
                row.pk,
                row.label,
                row.person.login,
                ", ".join(row.scopes),
                shown(row.expires_at),
                shown(row.revoked_at),
                shown(row.last_used_at),
            )
            for row in rows
        ],
        empty=_("No key."),
    )


@app.command(help=_("Make a key useless from now on."))
def revoke(id_: Annotated[int, typer.Argument(metavar="ID")], as_: As = "") -> None:
    row = ApiToken.objects.filter(pk=id_).first()
    if row is None:
        raise Missing("token.missing", _("There is no key %(id)s.") % {"id": id_}, hint="vigie token list")
    revoke_token(acting(as_), row)
    output.line(_("Revoked."))
