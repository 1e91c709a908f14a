"""`vigie who`: answers in half a second, so it reads the rota without Django."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from vigie.cli import output
from vigie.cli.errors import DatabaseAway, Misconfigured, Wrong
from vigie.cli.house import House
from vigie.cli.options import AsJson, At, single
from vigie.cli.times import moment, shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language, pgettext
from vigie.duty import quick
from vigie.kernel import clock

app = single()


@app.command(help=_("Who is on duty now, or at a time."))
def who(
    context: typer.Context,
    at: At = "",
    duty: Annotated[str, typer.Option("--duty", metavar="CODE", help=_("Only this duty."))] = "",
    as_json: AsJson = False,
) -> None:
    house: House = context.obj
    known = house.essentials()
    if known.faults:
        raise Misconfigured(known.faults)
    zone = ZoneInfo(known.time_zone)
    t = moment(at, "--at", in_zone=zone) if at else clock.now()
    try:
        codes = quick.codes(known.database) if duty else [duty]
        found = quick.on_duty(known.database, t, duty)
    except quick.Unreadable as error:
        raise DatabaseAway(str(error)) from error
    if duty not in codes:
        raise Wrong(
            _("There is no duty “%(code)s”.") % {"code": duty},
            hint=_("Known duties: %(codes)s.") % {"codes": ", ".join(codes)},
        )
    if as_json:
        output.as_json({"at": t, "on_duty": [_as_dict(row) for row in found]})
        return
    output.table(
        [pgettext("one duty", "Duty"), _("Level"), _("Who"), _("Phone"), _("Until")],
        [(_name(row), row.level, row.person, row.phone, shown(row.until, in_zone=zone)) for row in found],
        empty=_("Nobody is on duty at %(time)s.") % {"time": shown(t, in_zone=zone)},
    )


def _name(row: quick.Line) -> str:
    return row.name_fr if language() == "fr" else row.name_en


def _as_dict(row: quick.Line) -> dict[str, object]:
    return {
        "duty": row.duty,
        "level": row.level,
        "person": {"login": row.login, "name": row.person},
        "phone": row.phone,
        "since": row.since,
        "until": row.until,
    }
