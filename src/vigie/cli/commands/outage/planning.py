"""`vigie outage plan`, `follow`, `decline`, `ask-follower`, `move`, `window`, `spare`, `start`, `cancel`, `planned`."""

from datetime import date
from typing import Annotated

import typer

from vigie.cli import output, shapes
from vigie.cli.actor import acting, somebody
from vigie.cli.commands.outage.common import Number, services_of
from vigie.cli.commands.outage.declare import Services
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson, At, Why
from vigie.cli.times import maybe_moment, moment, shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.outages import actions, queries
from vigie.outages.actions import Window
from vigie.outages.models import Outage
from vigie.outages.texts import headline

From = Annotated[str, typer.Option("--from", metavar="TIME", help=_("When it starts."))]
To = Annotated[str, typer.Option("--to", metavar="TIME", help=_("When it ends."))]


def plan(
    services: Services,
    *,
    start: From,
    end: To,
    fr: Annotated[str, typer.Option("--fr", metavar="TITLE", help=_("Its title, in French."))] = "",
    en: Annotated[str, typer.Option("--en", metavar="TITLE", help=_("Its title, in English."))] = "",
    contact: Annotated[
        str, typer.Option("--contact", metavar="LOGIN", help=_("Of Operations; yourself otherwise."))
    ] = "",
    ask: Annotated[
        str, typer.Option("--ask", metavar="LOGIN", help=_("Who of Support is asked to follow it."))
    ] = "",
    key: Annotated[
        str,
        typer.Option("--key", help=_("For scripts: the same key again returns the outage that it opened.")),
    ] = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    starts_at, ends_at = moment(start, "--from"), moment(end, "--to")
    row = actions.plan(
        acting(as_),
        windows={code: Window(effect, starts_at, ends_at) for code, effect in services_of(services).items()},
        title_fr=fr,
        title_en=en,
        contact=somebody(contact) if contact else None,
        asked_follower=somebody(ask) if ask else None,
        key=f"cli:{key}"[:80] if key else None,
    )
    if as_json:
        output.as_json(shapes.outage(row))
        return
    output.line(_("Outage %(id)s is planned; nobody outside knows yet.") % {"id": row.pk})
    _say(row)


def _say(row: Outage) -> None:
    """What it is, who has it, what is owed next, which notice rules it breaks."""
    due = queries.due(row)
    output.lines(
        (_("what"), headline(row, language())),
        (_("contact"), row.contact.name),
        (_("follower"), row.follower.name if row.follower else _("nobody follows it yet")),
        (_("owed next"), f"{due.what}, {shown(due.at)}" if due else ""),
    )
    for item in queries.broken_rules(row):
        output.line(
            _("The rule %(rule)s asks to announce it before %(time)s.")
            % {"rule": item.rule.code, "time": shown(item.latest)}
        )


def planned(as_json: AsJson = False) -> None:
    rows = list(queries.planned())
    if as_json:
        output.as_json([shapes.outage(row) for row in rows])
        return
    for row in rows:
        output.line(
            f"{row.pk}  {shown(row.starts_at)}  {row.get_state_display()}  {headline(row, language())}"
        )
    if not rows:
        output.line(_("Nothing is planned."))


def ask_follower(
    number: Number, to: Annotated[str, typer.Argument(metavar="LOGIN", help=_("Who is asked."))], as_: As = ""
) -> None:
    row, person = queries.outage(number), somebody(to)
    actions.ask_follower(acting(as_), row, person)
    output.line(_("%(name)s is asked.") % {"name": person.name})


def follow(number: Number, as_: As = "") -> None:
    row = queries.outage(number)
    actions.accept_following(acting(as_), row)
    _say(row)


def decline(number: Number, why: Why = "", as_: As = "") -> None:
    actions.decline_following(acting(as_), queries.outage(number), why=why)
    output.line(_("Written down."))


def move(
    number: Number,
    start: Annotated[str, typer.Argument(metavar="TIME", help=_("The new start."))],
    why: Why = "",
    as_: As = "",
) -> None:
    row = queries.outage(number)
    actions.move(acting(as_), row, moment(start, "TIME"), why=why)
    _say(row)


def window(number: Number, services: Services, *, start: From, end: To, as_: As = "") -> None:
    actor, row = acting(as_), queries.outage(number)
    starts_at, ends_at = moment(start, "--from"), moment(end, "--to")
    for code, effect in services_of(services).items():
        actions.change_window(actor, row, code, Window(effect, starts_at, ends_at))
    _say(row)


def spare(
    number: Number, code: Annotated[str, typer.Argument(metavar="CODE", help=_("The service."))], as_: As = ""
) -> None:
    row = queries.outage(number)
    actions.remove_service(acting(as_), row, code)
    _say(row)


def start(number: Number, at: At = "", as_: As = "") -> None:
    row = queries.outage(number)
    actions.start(acting(as_), row, at=maybe_moment(at, "--at"))
    _say(row)


def cancel(number: Number, why: Why, as_: As = "") -> None:
    row = queries.outage(number)
    actions.cancel(acting(as_), row, why=why)
    _say(row)


def repeat(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help=_("Code of the maintenance template."))],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help=_("First day, like 2026-12-01."))],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help=_("Last day, included."))] = "",
    as_: As = "",
) -> None:
    rows = actions.plan_from_template(
        acting(as_),
        queries.template(template),
        first=_day(first, "--from"),
        last=_day(last, "--to") if last else None,
    )
    for row in rows:
        output.line(f"{row.pk}  {shown(row.starts_at)}  {headline(row, language())}")
    if not rows:
        output.line(_("Nothing is planned."))


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong(
            _("%(option)s: “%(text)s” is not a day.") % {"option": option, "text": text},
            hint=_("Write it like 2026-12-01."),
        ) from None


def add(app: typer.Typer) -> None:
    app.command("plan", help=_("Plan an outage; it is announced with its first notice."))(plan)
    app.command("planned", help=_("What is planned, soonest first."))(planned)
    app.command("ask-follower", help=_("Ask somebody of Support to follow it."))(ask_follower)
    app.command("follow", help=_("Accept to follow it."))(follow)
    app.command("decline", help=_("You were asked, and can’t follow it."))(decline)
    app.command("move", help=_("Move it to another start."))(move)
    app.command("window", help=_("Set what a service suffers, and when, before the start."))(window)
    app.command("spare", help=_("A service is spared after all."))(spare)
    app.command("start", help=_("The work has begun, the contact says."))(start)
    app.command("repeat", help=_("Plan recurring maintenance from its template; again changes nothing."))(
        repeat
    )
    app.command("cancel", help=_("It will not take place; say why."))(cancel)
