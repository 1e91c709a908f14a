"""`vigie outage declare`, `add`, `change`."""

from typing import Annotated

import typer

from vigie.cli import output, shapes
from vigie.cli.actor import acting
from vigie.cli.commands.outage.common import Number, services_of
from vigie.cli.options import As, AsJson, At
from vigie.cli.times import maybe_moment, shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.outages import actions, queries
from vigie.outages.texts import headline

Services = Annotated[
    list[str],
    typer.Argument(
        metavar="CODE[:EFFECT]…",
        help=_("Services with what users notice: down (otherwise), degraded, at_risk."),
    ),
]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help=_("When it is expected back."))]


def declare(
    services: Services,
    *,
    at: At = "",
    until: Until = "",
    next_update: Annotated[
        str,
        typer.Option(
            "--next-update", metavar="TIME", help=_("By when the next update comes; by the policy otherwise.")
        ),
    ] = "",
    fr: Annotated[str, typer.Option("--fr", metavar="TEXT", help=_("What happens, in French."))] = "",
    en: Annotated[str, typer.Option("--en", metavar="TEXT", help=_("What happens, in English."))] = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help=_("Even if one of the services is in an outage that goes on."))
    ] = False,
    key: Annotated[
        str,
        typer.Option("--key", help=_("For scripts: the same key again returns the outage that it opened.")),
    ] = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    declared = actions.declare_sudden(
        acting(as_),
        services=services_of(services),
        starts_at=maybe_moment(at, "--at"),
        expected_end=maybe_moment(until, "--until"),
        next_update_by=maybe_moment(next_update, "--next-update"),
        words={"fr": fr, "en": en},
        origin="cli",
        key=f"cli:{key}"[:80] if key else None,
        anyway=anyway,
    )
    row, draft = declared.outage, declared.first_notice
    if as_json:
        output.as_json(
            shapes.outage(row) | {"again": declared.again, "first_notice": draft.pk if draft else None}
        )
        return
    known = (
        _("Outage %(id)s was opened by this key before.") if declared.again else _("Outage %(id)s is open.")
    )
    output.line(known % {"id": row.pk})
    due = queries.due(row)
    output.lines(
        (_("what"), headline(row, language())),
        (_("contact"), row.contact.name),
        (_("follower"), row.follower.name if row.follower else ""),
        (_("first notice"), _("due at %(time)s") % {"time": shown(due.at)} if due else ""),
        (_("draft"), f"vigie notice preview {draft.pk}" if draft else ""),
    )


def add_one(number: Number, services: Services, at: At = "", as_: As = "") -> None:
    actor, row = acting(as_), queries.outage(number)
    starts_at = maybe_moment(at, "--at")
    for code, effect in services_of(services).items():
        actions.add_service(actor, row, code, effect, starts_at=starts_at)
    output.line(headline(row, language()))


def change(
    number: Number,
    service: Annotated[str, typer.Argument(metavar="CODE", help=_("The service."))],
    effect: Annotated[str, typer.Option("--effect", help=_("down, degraded or at_risk."))] = "",
    until: Until = "",
    as_: As = "",
) -> None:
    row = queries.outage(number)
    actions.change_service(
        acting(as_), row, service, effect=effect or None, expected_end=maybe_moment(until, "--until")
    )
    output.line(headline(row, language()))


def add(app: typer.Typer) -> None:
    app.command("declare", help=_("Open a sudden outage and draft its first notice."))(declare)
    app.command("add", help=_("One more service is hit."))(add_one)
    app.command("change", help=_("Change what users notice of a service, or when it is expected back."))(
        change
    )
