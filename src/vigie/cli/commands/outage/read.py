"""`vigie outage list`, `show`, `report`."""

from typing import Annotated

import typer

from vigie.cli import output, shapes
from vigie.cli.commands.outage.common import Number
from vigie.cli.errors import Wrong
from vigie.cli.options import AsJson
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.cli.words import language
from vigie.kernel import clock
from vigie.notices.queries import published
from vigie.outages import queries
from vigie.outages.models import Outage
from vigie.outages.rules import Promise, State
from vigie.outages.texts import headline

STATES = ("open", *State)


def list_(
    state: Annotated[
        str,
        typer.Option(
            "--state",
            help=_("open (what is not over), or a state: ongoing, ended, reviewed…; all otherwise."),
        ),
    ] = "",
    service: Annotated[
        str, typer.Option("--service", metavar="CODE", help=_("Only with this service."))
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many, newest first."))] = 20,
    as_json: AsJson = False,
) -> None:
    if state and state not in STATES:
        raise Wrong(
            _("--state: there is no state “%(state)s”.") % {"state": state},
            hint=_("Known states: %(states)s.") % {"states": ", ".join(STATES)},
        )
    rows = list(queries.matching(state=state, service=service)[:limit])
    if as_json:
        output.as_json([shapes.outage(row) for row in rows])
        return
    output.table(
        [_("No."), _("State"), _("What"), _("Since"), _("Contact"), _("Due")],
        [
            (
                row.pk,
                row.get_state_display(),
                headline(row, language()),
                shown(row.starts_at),
                row.contact.name,
                _due(row),
            )
            for row in rows
        ],
        empty=_("No outage."),
    )


def _due(row: Outage) -> str:
    due = queries.due(row)
    return f"{due.what} {shown(due.at)}" if due else ""


def show(number: Number, as_json: AsJson = False) -> None:
    row = queries.outage(number)
    if as_json:
        output.as_json(shapes.outage_in_full(row))
        return
    output.line(_("Outage %(id)s: %(line)s") % {"id": row.pk, "line": headline(row, language())})
    stands_in = _(" (stands in)") if row.follower_stands_in else ""
    output.lines(
        (_("state"), row.get_state_display()),
        (_("contact"), row.contact.name),
        (_("follower"), f"{row.follower.name}{stands_in}" if row.follower else ""),
        (_("since"), shown(row.starts_at)),
        (_("expected end"), shown(row.expected_end)),
        (_("ended"), shown(row.ended_at)),
        (_("next update by"), shown(row.next_update_by)),
        (_("due"), _due(row)),
    )
    output.line()
    output.table(
        [_("Service"), _("Effect"), _("Since"), _("Expected end"), _("Restored")],
        [
            (
                line.service.code,
                line.get_effect_display(),
                shown(line.starts_at),
                shown(line.expected_end),
                shown(line.restored_at),
            )
            for line in queries.affected(row)
        ],
        empty="",
    )
    told = published(row.thread)
    if told:
        output.line()
        output.table(
            [_("Notice"), _("Kind"), _("Published"), _("Next update by")],
            [
                (one.pk, one.notice.get_kind_display(), shown(one.published_at), shown(one.next_update_by))
                for one in told
            ],
            empty="",
        )
    for question in queries.open_questions(row):
        output.line(_("Open question %(id)s: %(text)s") % {"id": question.pk, "text": question.text})


def report(number: Number, as_json: AsJson = False) -> None:
    row = queries.outage(number)
    found = queries.report_of(row)
    if as_json:
        output.as_json(found)
        return
    output.lines(
        (_("lasted"), found.lasted or ""),
        (_("from start to declaration"), found.to_declare),
        (_("from declaration to first notice"), found.to_first_notice or ""),
        (_("longest gap between notices"), found.longest_gap or ""),
        (_("overran the expected end by"), found.overran or ""),
        *((_("service %(code)s lasted") % {"code": one.code}, one.lasted or "") for one in found.services),
        *((_("promised by %(time)s") % {"time": shown(one.by)}, _kept(one)) for one in found.promises),
    )
    for text in (row.review_fr, row.review_en):
        if text:
            output.line(f"\n{text}")


def _kept(one: Promise) -> str:
    return {True: _("kept"), False: _("not kept"), None: _("its time has not come")}[one.kept(clock.now())]


def add(app: typer.Typer) -> None:
    app.command("list", help=_("Outages, newest first."))(list_)
    app.command("show", help=_("One outage: who, what, since when, what is due."))(show)
    app.command("report", help=_("Planned against real: how long, how late, what was promised."))(report)
