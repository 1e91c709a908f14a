"""`vigie duty calls …`: who is called, who answered."""

from typing import Annotated, Any

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson, group
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.duty import queries as duties
from vigie.duty.escalation import actions, queries
from vigie.duty.escalation.models import Escalation
from vigie.duty.escalation.rules import Urgency

app = group(_("Calls: list, show, answer, make."))
Number = Annotated[int, typer.Argument(metavar="NUMBER")]


def as_dict(row: Escalation) -> dict[str, Any]:
    """An escalation in JSON, with its steps."""
    coming = queries.coming(row) if row.closed_at is None else None
    return {
        "id": row.pk,
        "key": row.key,
        "state": queries.state_of(row),
        "duty": row.duty.code if row.duty else None,
        "urgency": row.urgency,
        "what": {"fr": row.what_fr, "en": row.what_en},
        "path": row.path,
        "opened_at": row.opened_at,
        "next_call_at": coming.at if coming else None,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": output.person(row.acknowledged_by),
        "closed_at": row.closed_at,
        "steps": [
            {"at": step.at, "kind": step.kind, "person": output.person(step.person), "note": step.note}
            for step in queries.steps(row)
        ],
    }


@app.command("list", help=_("Calls that are open, or all of them."))
def list_(
    duty: Annotated[str, typer.Option("--duty", metavar="CODE", help=_("Only this duty."))] = "",
    everything: Annotated[bool, typer.Option("--all", help=_("Those that are over too."))] = False,
    as_json: AsJson = False,
) -> None:
    code = duties.duty_by_code(duty).code if duty else ""
    rows = list(queries.matching(state="" if everything else "open", duty=code)[:200])
    if as_json:
        output.as_json([as_dict(row) for row in rows])
        return
    output.table(
        [_("Id"), _("State"), _("Since"), _("What")],
        [(row.pk, queries.state_of(row), shown(row.opened_at), row.what(language())) for row in rows],
        empty=_("Nobody is being called."),
    )


@app.command("show", help=_("One call with each of its steps."))
def show(number: Number, as_json: AsJson = False) -> None:
    row = queries.escalation(number)
    if as_json:
        output.as_json(as_dict(row))
        return
    output.line(row.what(language()))
    for step in queries.steps(row):
        who = step.person.name if step.person else step.note
        output.line(f"{shown(step.at)}  {step.get_kind_display()}  {who}")


@app.command("answer", help=_("You see to it: nobody else is called for now."))
def answer(number: Number, as_: As = "", as_json: AsJson = False) -> None:
    actions.acknowledge(acting(as_), queries.escalation(number), by="cli")
    if as_json:
        output.as_json(as_dict(queries.escalation(number)))
    else:
        output.line(_("You see to it."))


@app.command("done", help=_("What somebody called for is done."))
def done(number: Number, as_: As = "") -> None:
    actions.done(acting(as_), queries.escalation(number))
    output.line(_("Done."))


@app.command("make", help=_("Call whoever is on duty."))
def make(
    duty: Annotated[str, typer.Argument(metavar="DUTY", help=_("Its code."))],
    what: Annotated[str, typer.Argument(metavar="TEXT", help=_("What is to be done."))],
    *,
    low: Annotated[bool, typer.Option("--low", help=_("Can wait for the end of quiet hours."))] = False,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    if not what.strip():
        raise Wrong(_("Say what is to be done."))
    urgency = Urgency.LOW if low else Urgency.HIGH
    row = actions.call(acting(as_), duties.duty_by_code(duty), what, urgency=urgency)
    if as_json:
        output.as_json(as_dict(queries.escalation(row.pk)))
    else:
        output.line(_("Call %(id)s.") % {"id": row.pk})
