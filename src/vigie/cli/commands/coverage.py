"""`vigie coverage …`: who covers what, holes ahead, what changes hands, who leaves."""

from datetime import date
from typing import Annotated, Any
from uuid import uuid4

import typer

from vigie.cli import output
from vigie.cli.actor import acting, somebody
from vigie.cli.days import day, maybe_day
from vigie.cli.options import As, AsJson, Why, group
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.experiments.coverage import actions, queries, records
from vigie.experiments.coverage.models import Coverage
from vigie.people.actions import plan_departure
from vigie.people.queries import anybody
from vigie.staffing.leaving import ties

app = group(_("Who covers which experiment; holes before they open."))
Login = Annotated[str, typer.Argument(metavar="LOGIN")]
LineKey = Annotated[str, typer.Argument(metavar="LINE", help=_("An experiment's code, or +general."))]
OnDay = Annotated[str, typer.Option("--on", metavar="DATE", help=_("From that day; today otherwise."))]


@app.command("list", help=_("Every line, who covers it today, and its next hole."))
def list_(as_json: AsJson = False) -> None:
    year = queries.year()
    rows = [records.line_record(one, year) for one in year.lines]
    if as_json:
        output.as_json(rows)
        return
    output.table(
        [_("Line"), _("Today"), _("Who"), _("Next hole")],
        [(row["line"], row["state"], _who(row), _hole(row["holes"])) for row in rows],
        empty=_("No line."),
    )


def _who(row: dict[str, Any]) -> str:
    return ", ".join(f"{one['login']} ({one['level']})" for one in row["coverage"] if one["today"])


def _hole(holes: list[dict[str, Any]]) -> str:
    if not holes:
        return ""
    first = holes[0]
    return f"{first['state']} {first['start'] or ''} {first['cause']}".replace("  ", " ")


@app.command("holes", help=_("Holes that are open or open within twelve months, soonest first."))
def holes(as_json: AsJson = False) -> None:
    year = queries.year()
    rows = [records.hole_record(hole, year) for hole in year.holes]
    if as_json:
        output.as_json(rows)
        return
    output.table(
        [_("Line"), _("State"), _("From"), _("Until"), _("Why"), _("Who goes"), _("Who is left")],
        [
            (
                row["line"],
                row["state"],
                row["start"],
                row["until"],
                row["cause"],
                ", ".join(row["persons"]),
                ", ".join(row["left"]),
            )
            for row in rows
        ],
        empty=_("No hole within twelve months."),
    )


@app.command("who", help=_("Who answers for a line now, and who covers it now and later."))
def who(key: LineKey, as_json: AsJson = False) -> None:
    year = queries.year([queries.line_by_key(key)])
    found = records.line_record(year.lines[0], year) | {"answers": records.answer_record(year.lines[0].line)}
    if as_json:
        output.as_json(found)
        return
    answers = found["answers"]
    output.line(f"{answers['level']}: {', '.join(answers['persons'])}")
    output.table(
        [_("Id"), _("Who"), _("Level"), _("From"), _("Until")],
        [(one["id"], one["login"], one["level"], one["start"], one["until"]) for one in found["coverage"]],
        empty=_("Nobody."),
    )


@app.command("cover", help=_("Somebody covers a line from a day on."))
def cover(
    key: LineKey,
    login: Login,
    level: Annotated[str, typer.Argument(metavar="LEVEL", help=_("training, backup or primary."))],
    *,
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help=_("From that day; today otherwise."))
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help=_("The first day no longer; open otherwise."))
    ] = "",
    as_: As = "",
) -> None:
    row = actions.cover(
        acting(as_),
        person=somebody(login),
        experiment=queries.line_by_key(key).experiment,
        level=level,
        starts_on=_day(start, "--from"),
        ends_on=maybe_day(until, "--until"),
    )
    _say(row)


@app.command("level", help=_("Change the level from a day on; what was before stays."))
def level_(
    id_: Annotated[int, typer.Argument(metavar="ID")],
    level: Annotated[str, typer.Argument(metavar="LEVEL")],
    on: OnDay = "",
    as_: As = "",
) -> None:
    row = queries.coverage_by_id(id_)
    _say(actions.change_level(acting(as_), row, level=level, on=_day(on, "--on")))


@app.command("end", help=_("The first day on which somebody no longer covers a line."))
def end(
    id_: Annotated[int, typer.Argument(metavar="ID")], on: OnDay = "", why: Why = "", as_: As = ""
) -> None:
    row = queries.coverage_by_id(id_)
    actions.end(acting(as_), row, on=_day(on, "--on"), reason=why)
    _say(row)


@app.command("withdraw", help=_("Take back a coverage that has not begun."))
def withdraw(id_: Annotated[int, typer.Argument(metavar="ID")], as_: As = "") -> None:
    actions.withdraw(acting(as_), queries.coverage_by_id(id_))
    output.line(_("Taken back."))


@app.command("departure", help=_("Say from which day somebody is no longer here."))
def departure(
    login: Login,
    *,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("That day; they stay otherwise."))] = "",
    contract: Annotated[bool, typer.Option("--contract", help=_("Their contract ends."))] = False,
    as_: As = "",
) -> None:
    person = somebody(login)
    plan_departure(
        acting(as_), person, on=maybe_day(on, "--on"), ending="contract" if contract else "departure"
    )
    output.line(
        _("%(name)s: no longer here from %(day)s on.") % {"name": person.name, "day": person.employed_until}
        if person.employed_until
        else _("%(name)s stays.") % {"name": person.name}
    )


@app.command("leaving", help=_("Everything that hangs on somebody who leaves, with who could take it."))
def leaving(login: Login, as_json: AsJson = False) -> None:
    found = ties(anybody(login), language())
    if as_json:
        output.as_json(
            [
                {
                    "key": tie.key,
                    "what": tie.what,
                    "from": tie.since.isoformat(),
                    "could": [one.login for one in tie.could],
                    "nobody_qualified": not (tie.could or tie.alone or tie.informs),
                    "note": tie.note,
                }
                for tie in found
            ]
        )
        return
    output.table(
        [_("What"), _("From"), _("Who could take it"), _("Note")],
        [
            (
                tie.what,
                tie.since,
                ", ".join(one.login for one in tie.could)
                or ("–" if tie.alone or tie.informs else _("nobody qualified")),
                tie.note,
            )
            for tie in found
        ],
        empty=_("Nothing."),
    )


@app.command("hand-over", help=_("Note that something changes hands, by a day."))
def hand_over(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=_("In words."))],
    taker: Annotated[str, typer.Argument(metavar="TO", help=_("The login of who takes it."))],
    *,
    by: Annotated[str, typer.Option("--by", metavar="DATE", help=_("The day it is done by."))],
    giver: Annotated[str, typer.Option("--giver", metavar="LOGIN", help=_("Who gives it."))] = "",
    line: Annotated[str, typer.Option("--line", metavar="LINE", help=_("It is about this line."))] = "",
    key: Annotated[
        str, typer.Option("--key", metavar="TEXT", help=_("The same key again does nothing."))
    ] = "",
    as_: As = "",
) -> None:
    about = queries.line_by_key(line) if line else None
    row = actions.take_over(
        acting(as_),
        key=key or str(uuid4()),
        what=what,
        giver=somebody(giver) if giver else None,
        taker=somebody(taker),
        due_on=day(by, "--by"),
        general=about is not None and about.experiment is None,
        experiment=about.experiment if about else None,
    )
    output.line(
        _("%(id)s: to %(name)s by %(day)s.") % {"id": row.pk, "name": row.taker.name, "day": row.due_on}
    )


@app.command("hand-overs", help=_("What changes hands and is not done yet."))
def hand_overs(as_json: AsJson = False) -> None:
    rows = [records.taking_record(row, language()) for row in queries.open_taking_overs()]
    if as_json:
        output.as_json(rows)
        return
    output.table(
        [_("Id"), _("What"), _("From whom"), _("To whom"), _("Done by")],
        [(row["id"], row["what"], row["giver"], row["taker"], row["due_on"]) for row in rows],
        empty=_("Nothing changes hands."),
    )


@app.command("done", help=_("Something has changed hands."))
def done(id_: Annotated[int, typer.Argument(metavar="ID")], as_: As = "") -> None:
    actions.close_taking_over(acting(as_), queries.taking_over_by_id(id_))
    output.line(_("Done."))


def _day(text: str, option: str) -> date:
    return maybe_day(text, option) or queries.today()


def _say(row: Coverage) -> None:
    words = {
        "id": row.pk,
        "name": row.person.name,
        "line": queries.line_of(row.experiment).key,
        "level": row.level,
        "start": row.starts_on,
        "end": row.ends_on or "–",
    }
    output.line(_("%(id)s: %(name)s, %(line)s, %(level)s, %(start)s to %(end)s.") % words)
