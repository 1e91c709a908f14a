"""`vigie duty …`: the rotas."""

from datetime import timedelta
from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting, somebody
from vigie.cli.commands import calls, handover, rota
from vigie.cli.commands.simulate import simulate
from vigie.cli.options import As, AsJson, group
from vigie.cli.times import moment, shown, span
from vigie.cli.words import gettext as _
from vigie.cli.words import language, pgettext
from vigie.duty import actions, queries
from vigie.duty.models import Shift
from vigie.kernel.errors import Missing

app = group(_("Duties and their shifts."))
shifts = group(_("Shifts: list, add, remove."))
app.add_typer(shifts, name="shifts")
app.add_typer(rota.absence, name="absence")
app.add_typer(rota.swap, name="swap")
app.command("show", help=_("One duty: when it is held, who follows whom, who is qualified."))(rota.show)
app.command("holes", help=_("Shifts that nobody holds, with who could; exit 1 if there are any."))(rota.holes)
app.command("fill", help=_("Let the rotations make shifts up to the horizon now."))(rota.fill)
app.add_typer(handover.app, name="handover")
app.add_typer(calls.app, name="calls")
AHEAD = timedelta(days=14)
app.command("simulate", help=_("What if somebody goes, or somebody comes: before and after."))(simulate)


@app.command("list", help=_("The duties of the centre."))
def list_(as_json: AsJson = False) -> None:
    rows = list(queries.duties())
    if as_json:
        output.as_json(
            [
                {"code": row.code, "name_fr": row.name_fr, "name_en": row.name_en, "phone": row.phone}
                for row in rows
            ]
        )
        return
    output.table(
        [_("Code"), _("Name"), _("Phone")],
        [(row.code, row.name(language()), row.phone) for row in rows],
        empty=_("No duty."),
    )


@shifts.command("list", help=_("Shifts of the next two weeks, or between two times."))
def list_shifts(
    since: Annotated[str, typer.Option("--from", metavar="TIME", help=_("From then; now otherwise."))] = "",
    until: Annotated[
        str, typer.Option("--to", metavar="TIME", help=_("Until then; two weeks later otherwise."))
    ] = "",
    duty: Annotated[str, typer.Option("--duty", metavar="CODE", help=_("Only this duty."))] = "",
    as_json: AsJson = False,
) -> None:
    start, last = span(since, until)
    end = last or start + AHEAD
    code = queries.duty_by_code(duty).code if duty else None
    rows = list(queries.shifts_between(start, end, code))
    if as_json:
        output.as_json([_as_dict(row) for row in rows])
        return
    output.table(
        [_("Id"), pgettext("one duty", "Duty"), _("Level"), _("Who"), _("From"), _("To")],
        [
            (row.pk, row.duty.code, row.level, row.person.name, shown(row.starts_at), shown(row.ends_at))
            for row in rows
        ],
        empty=_("No shift between %(start)s and %(end)s.") % {"start": shown(start), "end": shown(end)},
    )


def _as_dict(row: Shift) -> dict[str, object]:
    return {
        "id": row.pk,
        "duty": row.duty.code,
        "level": row.level,
        "person": output.person(row.person),
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }


@shifts.command("add", help=_("Put a person on duty."))
def add(
    duty: Annotated[str, typer.Argument(metavar="DUTY", help=_("Its code."))],
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    start: Annotated[str, typer.Argument(metavar="FROM", help=_("Like “2026-11-23 08:00”."))],
    end: Annotated[str, typer.Argument(metavar="TO")],
    *,
    level: Annotated[int, typer.Option("--level", help=_("1: primary, 2: backup…"))] = 1,
    instead: Annotated[bool, typer.Option("--instead", help=_("Instead of whoever holds it then."))] = False,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    made = actions.add_shift(
        acting(as_),
        duty=queries.duty_by_code(duty),
        person=somebody(login),
        starts_at=moment(start, "FROM"),
        ends_at=moment(end, "TO"),
        level=level,
        instead=instead,
    )
    if as_json:
        output.as_json(_as_dict(made))
        return
    words = {
        "id": made.pk,
        "who": made.person.name,
        "start": shown(made.starts_at),
        "end": shown(made.ends_at),
    }
    output.line(_("Shift %(id)s: %(who)s, %(start)s to %(end)s.") % words)


@shifts.command("remove", help=_("Take a shift out of the rota; one that has begun stays."))
def remove(id_: Annotated[int, typer.Argument(metavar="ID")], as_: As = "") -> None:
    shift = Shift.objects.select_related("duty", "person").filter(pk=id_).first()
    if shift is None:
        raise Missing(
            "shift.missing", _("There is no shift %(id)s.") % {"id": id_}, hint="vigie duty shifts list"
        )
    actions.remove_shift(acting(as_), shift)
    output.line(_("Removed."))
