"""`vigie duty show|holes|absence|swap|fill …`: the rota ahead, and what one does about it."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting, somebody
from vigie.cli.errors import REFUSED
from vigie.cli.options import As, AsJson, group
from vigie.cli.times import moment, shown, span, zone
from vigie.cli.words import gettext as _
from vigie.cli.words import language, pgettext
from vigie.duty import actions, queries
from vigie.duty.models import Absence, Duty, Rotation, Shift, Swap, SwapState
from vigie.duty.rules import Every
from vigie.kernel import clock
from vigie.lib.localtime import instant

absence = group(_("Absences: list, add, remove."))
swap = group(_("Swaps: list, offer, accept, decline, withdraw, approve, refuse."))

Duty_ = Annotated[str, typer.Argument(metavar="DUTY", help=_("Its code."))]
Only = Annotated[str, typer.Option("--duty", metavar="CODE", help=_("Only this duty."))]
Id = Annotated[int, typer.Argument(metavar="ID")]
Answer = Annotated[str, typer.Option("--answer", metavar="TEXT", help=_("What both will read."))]


def show(duty: Duty_, as_json: AsJson = False) -> None:
    """One duty: when it is held, by how many, who follows whom, who is qualified."""
    row = queries.duty_by_code(duty)
    strength = queries.strength(row, clock.now())
    rotations = list(Rotation.objects.filter(duty=row).prefetch_related("places__person"))
    if as_json:
        output.as_json(_duty(row, strength, rotations))
        return
    output.lines(
        (pgettext("one duty", "Duty"), f"{row.name(language())} ({row.code})"),
        (_("Rhythm"), f"{row.get_rhythm_display()} {' '.join(row.handovers)}"),
        (_("Levels"), row.levels),
        (_("People"), f"{strength.people} ({row.minimum}–{row.ideal})"),
        (_("Phone"), row.phone),
    )
    every = {
        Every.SHIFT.value: _("at every shift"),
        Every.DAY.value: _("every day"),
        Every.WEEK.value: _("every week"),
    }
    for rotation in rotations:
        names = ", ".join(place.person.login for place in rotation.places.all())
        output.line(f"{rotation.starts_on} {every[Every(rotation.every)]}: {names}")
    for known in row.qualifications.select_related("person"):
        output.line(f"{known.person.login}: {known.since} – {known.until or ''}")


def _duty(row: Duty, strength: queries.Strength, rotations: list[Rotation]) -> dict[str, object]:
    return {
        "code": row.code,
        "name_fr": row.name_fr,
        "name_en": row.name_en,
        "phone": row.phone,
        "rhythm": row.rhythm,
        "handovers": row.handovers,
        "closes": row.closes,
        "weekdays": row.weekdays,
        "on_holidays": row.on_holidays,
        "levels": row.levels,
        "minimum": row.minimum,
        "ideal": row.ideal,
        "people": strength.people,
        "needs_approval": row.needs_approval,
        "rotations": [
            {
                "starts_on": one.starts_on,
                "every": one.every,
                "offsets": one.offsets,
                "people": [place.person.login for place in one.places.all()],
            }
            for one in rotations
        ],
        "qualified": [
            {"person": output.person(one.person), "since": one.since, "until": one.until}
            for one in row.qualifications.select_related("person")
        ],
    }


def holes(duty: Only = "", as_json: AsJson = False) -> None:
    """Shifts that nobody holds, up to the horizon of the rotations, with who could. Exit 1 if there are any."""
    now = clock.now()
    code = queries.duty_by_code(duty).code if duty else None
    rows = queries.explain(queries.holes(now, queries.horizon(now), code))
    if as_json:
        output.as_json([_hole(row) for row in rows])
    else:
        output.table(
            [pgettext("one duty", "Duty"), _("Level"), _("From"), _("To"), _("Who could")],
            [
                (
                    row.hole.duty.code,
                    row.hole.level,
                    shown(row.hole.span.starts),
                    shown(row.hole.span.ends),
                    " ".join(person.login for person in row.could),
                )
                for row in rows
            ],
            empty=_("No hole."),
        )
    if rows:
        raise typer.Exit(REFUSED)


def _hole(row: queries.Explained) -> dict[str, object]:
    return {
        "duty": row.hole.duty.code,
        "level": row.hole.level,
        "starts_at": row.hole.span.starts,
        "ends_at": row.hole.span.ends,
        "left": output.person(row.hole.left),
        "could": [person.login for person in row.could],
        "cannot": {person.login: why.value for person, why in row.cannot},
    }


def fill(duty: Only = "", as_: As = "") -> None:
    """Let the rotations make shifts up to the horizon now; the worker does it every hour."""
    person = acting(as_)
    changed = 0
    for row in [queries.duty_by_code(duty)] if duty else queries.duties():
        changed += len(actions.fill(person, row).changes)
    output.line(_("Shifts changed: %(n)s.") % {"n": changed})


@absence.command("list", help=_("Who is away from now on, or between two times."))
def list_absences(
    login: Annotated[str, typer.Option("--person", metavar="LOGIN", help=_("Only this person."))] = "",
    since: Annotated[str, typer.Option("--from", metavar="TIME", help=_("From then; now otherwise."))] = "",
    until: Annotated[str, typer.Option("--to", metavar="TIME", help=_("Until then."))] = "",
    as_json: AsJson = False,
) -> None:
    start, end = span(since, until)
    rows = queries.absences(start, end, somebody(login) if login else None)
    if as_json:
        output.as_json([_absence(row) for row in rows])
        return
    output.table(
        [_("Id"), _("Who"), _("From"), _("To"), _("Note")],
        [(row.pk, row.person.name, shown(row.starts_at), shown(row.ends_at), row.note) for row in rows],
        empty=_("Nobody is away."),
    )


def _absence(row: Absence) -> dict[str, object]:
    return {
        "id": row.pk,
        "person": output.person(row.person),
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "note": row.note,
        "calendar": row.calendar_id is not None,
    }


def _edge(text: str, option: str, *, last: bool = False) -> datetime:
    """Where an absence begins or ends: a time, or a day, which is away as a whole."""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d")  # noqa: DTZ007 # a wall-clock day, placed below
        return instant(day + timedelta(days=last), zone())
    except (ValueError, OverflowError):
        return moment(text, option)


@absence.command("add", help=_("Enter an absence; rotations pass over who is away."))
def add_absence(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    start: Annotated[str, typer.Argument(metavar="FROM", help=_("Like “2026-12-24” or “2026-12-24 12:00”."))],
    end: Annotated[str, typer.Argument(metavar="TO", help=_("A day without a time is away too."))],
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help=_("Leads read it."))] = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    row = actions.add_absence(
        acting(as_),
        somebody(login),
        starts_at=_edge(start, "FROM"),
        ends_at=_edge(end, "TO", last=True),
        note=note,
    )
    if as_json:
        output.as_json(_absence(row))
        return
    output.line(_("Absence %(id)s: %(who)s.") % {"id": row.pk, "who": row.person.name})


@absence.command("remove", help=_("Take an absence back."))
def remove_absence(id_: Id, as_: As = "") -> None:
    actions.remove_absence(acting(as_), queries.absence_by_id(id_))
    output.line(_("Removed."))


@swap.command("list", help=_("Swaps that wait for somebody, or all of them."))
def list_swaps(
    everything: Annotated[bool, typer.Option("--all", help=_("Those that ended too."))] = False,
    as_json: AsJson = False,
) -> None:
    rows = queries.swaps() if everything else queries.live_swaps()
    if as_json:
        output.as_json([_swap(row) for row in rows])
        return
    output.table(
        [_("Id"), pgettext("one duty", "Duty"), _("Level"), _("From"), _("To"), _("Offered by"), _("State")],
        [
            (
                row.pk,
                row.duty.code,
                row.level,
                shown(row.starts_at),
                shown(row.ends_at),
                row.offered_by.name,
                row.get_state_display(),
            )
            for row in rows
        ],
        empty=_("No swap."),
    )


def _swap(row: Swap) -> dict[str, object]:
    return {
        "id": row.pk,
        "shift": row.shift_id,
        "duty": row.duty.code,
        "level": row.level,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "in_return": row.in_return_id,
        "offered_by": output.person(row.offered_by),
        "offered_to": output.person(row.offered_to),
        "accepted_by": output.person(row.accepted_by),
        "state": row.state,
        "why": row.why,
        "answer": row.answer,
    }


def _told(row: Swap, as_json: bool) -> None:
    if as_json:
        output.as_json(_swap(row))
        return
    state = SwapState(row.state).label
    output.line(_("Swap %(id)s: %(state)s.") % {"id": row.pk, "state": state})


@swap.command("offer", help=_("Offer a shift of yours that has not begun."))
def offer(
    id_: Annotated[int, typer.Argument(metavar="SHIFT", help=_("Its number in “vigie duty shifts list”."))],
    *,
    to: Annotated[
        str, typer.Option("--to", metavar="LOGIN", help=_("To this person; else to whoever can."))
    ] = "",
    in_return: Annotated[
        int, typer.Option("--for", metavar="SHIFT", help=_("For this shift of theirs."))
    ] = 0,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help=_("The reason; it is kept."))] = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    back: Shift | None = queries.shift_by_id(in_return) if in_return else None
    person = somebody(to) if to else back.person if back else None
    row = actions.offer_swap(acting(as_), queries.shift_by_id(id_), to=person, in_return=back, why=why)
    _told(row, as_json)


@swap.command("accept", help=_("Take the shift that a colleague offers."))
def accept(id_: Id, as_: As = "", as_json: AsJson = False) -> None:
    _told(actions.accept_swap(acting(as_), queries.swap_by_id(id_)), as_json)


@swap.command("decline", help=_("Say no to an offer made to you."))
def decline(id_: Id, answer: Answer = "", as_: As = "", as_json: AsJson = False) -> None:
    _told(actions.decline_swap(acting(as_), queries.swap_by_id(id_), answer=answer), as_json)


@swap.command("withdraw", help=_("Take an offer back."))
def withdraw(id_: Id, as_: As = "", as_json: AsJson = False) -> None:
    _told(actions.withdraw_swap(acting(as_), queries.swap_by_id(id_)), as_json)


@swap.command("approve", help=_("A lead lets a swap be done."))
def approve(id_: Id, answer: Answer = "", as_: As = "", as_json: AsJson = False) -> None:
    _told(actions.decide_swap(acting(as_), queries.swap_by_id(id_), approve=True, answer=answer), as_json)


@swap.command("refuse", help=_("A lead refuses a swap, with the reason."))
def refuse(id_: Id, answer: Answer = "", as_: As = "", as_json: AsJson = False) -> None:
    _told(actions.decide_swap(acting(as_), queries.swap_by_id(id_), approve=False, answer=answer), as_json)
