"""`vigie delivery …`: the outbox."""

from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import acting
from vigie.cli.errors import Wrong
from vigie.cli.options import As, AsJson, group
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.kernel.errors import Missing
from vigie.kernel.intents import IntentState
from vigie.post import actions, queries
from vigie.post.models import Delivery

app = group(_("What leaves by mail: what waits, what failed, try again."))
Ids = Annotated[list[int], typer.Argument(metavar="ID…")]


@app.command("list", help=_("What waits, what needs a person; or everything in one state."))
def list_(
    state: Annotated[
        str, typer.Option("--state", help=_("waiting, leased, done, in_doubt, set_apart or cancelled."))
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many, newest first."))] = 50,
    as_json: AsJson = False,
) -> None:
    if state and state not in IntentState.values:
        raise Wrong(
            _("--state: there is no state “%(state)s”.") % {"state": state},
            hint=_("Known states: %(states)s.") % {"states": ", ".join(IntentState.values)},
        )
    rows = Delivery.objects.filter(state=state) if state else queries.waiting() | queries.needing_a_person()
    chosen = list(rows.order_by("-pk")[:limit])
    if as_json:
        output.as_json([_as_dict(row) for row in chosen])
        return
    output.table(
        [_("Id"), _("State"), _("To"), _("Tried"), _("Again at"), _("Last words")],
        [
            (
                row.pk,
                row.get_state_display(),
                row.recipient,
                row.attempt,
                shown(row.not_before) if row.state == IntentState.WAITING else "",
                (row.last_error or row.receipt)[:80],
            )
            for row in chosen
        ],
        empty=_("Nothing waits."),
    )


def _as_dict(row: Delivery) -> dict[str, object]:
    names = (
        "state",
        "channel",
        "recipient",
        "language",
        "topic",
        "attempt",
        "maybe_repeated",
        "last_error",
        "receipt",
    )
    times = ("created_at", "not_before", "attempted_at", "done_at")
    return {"id": row.pk} | {name: getattr(row, name) for name in (*names, *times)}


def _rows(ids: list[int]) -> list[Delivery]:
    rows = {row.pk: row for row in Delivery.objects.filter(pk__in=ids)}
    if missing := [str(pk) for pk in ids if pk not in rows]:
        raise Missing(
            "delivery.missing",
            _("There is no delivery %(ids)s.") % {"ids": ", ".join(missing)},
            hint="vigie delivery list",
        )
    return [rows[pk] for pk in ids]


@app.command(help=_("Try these again, now."))
def retry(ids: Ids, as_: As = "") -> None:
    actor = acting(as_)
    for row in _rows(ids):
        actions.retry(actor, row)
        output.line(_("Delivery %(id)s goes again.") % {"id": row.pk})


@app.command(help=_("Say what became of these: they arrived, or they are given up."))
def resolve(
    ids: Ids,
    arrived: Annotated[bool, typer.Option("--arrived/--given-up", help=_("What you know about them."))],
    as_: As = "",
) -> None:
    actor = acting(as_)
    for row in _rows(ids):
        actions.resolve(actor, row, happened=arrived)
        output.line(_("Written down."))
