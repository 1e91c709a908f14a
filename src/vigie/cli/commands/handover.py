"""`vigie duty handover …`: what one shift passes to the next."""

from typing import Annotated, Any

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.options import As, AsJson, group
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language, pgettext
from vigie.duty import queries as duties
from vigie.duty.handover import actions, queries
from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import State
from vigie.kernel.errors import Missing, Refused
from vigie.people.queries import person_by_login
from vigie.reactions.handover import sections_of

app = group(_("The hand-over of a shift: show, list, give, accept, ask."))
Number = Annotated[
    int, typer.Argument(metavar="[NUMBER]", help=_("Its number; the one that concerns you otherwise."))
]
Duty = Annotated[str, typer.Option("--duty", metavar="CODE", help=_("Only this duty."))]


def _one(number: int, login: str) -> HandOver:
    if number:
        return queries.handover(number)
    found = queries.current(acting(login))
    if found is None:
        raise Missing(
            "handover.none",
            _("No shift is being handed over."),
            hint=_("An hour before a shift ends its hand-over is there."),
        )
    return found


def as_dict(row: HandOver) -> dict[str, Any]:
    """A hand-over in JSON: what is frozen in it, or gathered now."""
    following, late = queries.next_of(row), queries.late(row)
    return {
        "id": row.pk,
        "duty": row.duty.code,
        "state": row.state,
        "outgoing": output.person(row.outgoing),
        "next": output.person(following.person),
        "begins_at": row.begins_at,
        "ends_at": row.ends_at,
        "due": {"what": late.what, "at": late.at} if late else None,
        "given_at": row.given_at,
        "given_by": output.person(row.given_by),
        "declined_at": row.declined_at,
        "reason": row.reason,
        "accepted_at": row.accepted_at,
        "accepted_by": output.person(row.accepted_by),
        "notes": row.notes,
        "checklist": row.checklist,
        "sections": [
            {"code": section.code, "more": section.more, "lines": [vars(line) for line in section.lines]}
            for section in sections_of(row)
        ],
    }


@app.command("show", help=_("The hand-over that concerns you now, or one by its number."))
def show(number: Number = 0, as_: As = "", as_json: AsJson = False) -> None:
    row = _one(number, as_)
    if as_json:
        output.as_json(as_dict(row))
        return
    following, late = queries.next_of(row), queries.late(row)
    output.lines(
        (_("Hand-over"), f"{row.pk} · {row.duty.name(language())}"),
        (_("State"), row.get_state_display()),
        (_("From"), row.outgoing.name),
        (_("To"), following.person.name if following.person else _("nobody")),
        (_("Shift"), f"{shown(row.begins_at)} – {shown(row.ends_at)}"),
        (_("Due"), shown(late.at) if late else ""),
        (_("Asked"), row.reason if row.state == State.DECLINED else ""),
        (_("Notes"), row.notes),
    )
    for section in sections_of(row):
        output.line()
        output.line(f"{section.code}:")
        for line in section.lines:
            output.line(f"  {line.text(language())}")
    for item in row.checklist:
        mark = "x" if item["by"] else " "
        output.line(f"  [{mark}] {item['fr'] if language() == 'fr' else item['en']}")


@app.command("list", help=_("Hand-overs, newest first."))
def list_(
    duty: Duty = "",
    state: Annotated[
        str,
        typer.Option("--state", metavar="STATE", help=_("unsettled, open, given, declined, accepted, void.")),
    ] = "",
    login: Annotated[str, typer.Option("--person", metavar="LOGIN", help=_("On either side."))] = "",
    as_json: AsJson = False,
) -> None:
    code = duties.duty_by_code(duty).code if duty else ""
    person = person_by_login(login).login if login else ""
    rows = list(queries.matching(state=state, duty=code, person=person)[:200])
    if as_json:
        output.as_json([as_dict(row) for row in rows])
        return
    output.table(
        [_("Id"), pgettext("one duty", "Duty"), _("State"), _("From"), _("To"), _("Shift ends")],
        [
            (
                row.pk,
                row.duty.code,
                row.get_state_display(),
                row.outgoing.name,
                row.accepted_by.name if row.accepted_by else "",
                shown(row.ends_at),
            )
            for row in rows
        ],
        empty=_("No hand-over."),
    )


@app.command("give", help=_("Give the shift over: what goes on is frozen, whoever comes next gets a mail."))
def give(
    number: Number = 0,
    *,
    notes: Annotated[
        str, typer.Option("--notes", metavar="TEXT", help=_("Your own words; kept as they were otherwise."))
    ] = "",
    done: Annotated[
        list[int] | None, typer.Option("--done", metavar="N", help=_("A line of the checklist, from 1."))
    ] = None,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    row = _one(number, as_)
    ticked = [n - 1 for n in done] if done else None
    if ticked and not all(0 <= n < len(row.checklist) for n in ticked):
        raise Refused("handover.checklist", _("The checklist has no such line."))
    actions.give(acting(as_), row, sections=sections_of(row), notes=notes or None, ticked=ticked)
    _said(row.pk, _("Given."), as_json=as_json)


@app.command("accept", help=_("Accept what the shift before you gave."))
def accept(number: Number = 0, as_: As = "", as_json: AsJson = False) -> None:
    row = _one(number, as_)
    actions.accept(acting(as_), row, sections=sections_of(row))
    _said(row.pk, _("Accepted."), as_json=as_json)


@app.command("ask", help=_("Not like this: send it back with a question or a reason."))
def ask(
    number: Annotated[int, typer.Argument(metavar="NUMBER")],
    reason: Annotated[str, typer.Argument(metavar="TEXT")],
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    row = queries.handover(number)
    actions.decline(acting(as_), row, reason)
    _said(row.pk, _("Sent back."), as_json=as_json)


def _said(pk: int, words: str, *, as_json: bool) -> None:
    if as_json:
        output.as_json(as_dict(queries.handover(pk)))
    else:
        output.line(words)
