"""`vigie duty simulate`: what a departure or an arrival changes."""

from typing import Annotated

import typer

from vigie.cli import output
from vigie.cli.actor import somebody
from vigie.cli.days import day
from vigie.cli.options import AsJson
from vigie.cli.words import gettext as _
from vigie.experiments.coverage.rules import State
from vigie.staffing import queries, texts
from vigie.staffing.rules import Outcome


def simulate(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help=_("The day it happens."))],
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="LOGIN", help=_("Who goes; give it again for another.")),
    ] = None,
    newcomers: Annotated[
        int, typer.Option("--with", metavar="N", help=_("So many newcomers come who can hold every duty."))
    ] = 0,
    as_json: AsJson = False,
) -> None:
    gone = [somebody(login) for login in dict.fromkeys(without or [])]
    found = queries.simulate(gone, day(start, "--from"), newcomers=newcomers)
    if as_json:
        output.as_json(texts.as_record(found))
        return
    before, after = found.before, found.after
    output.table(
        [_("In the year from %(day)s") % {"day": found.change.on}, _("Before"), _("After")],
        [
            (_("shifts that nobody can hold"), _of(before), _of(after)),
            *(
                (
                    _("people able to hold %(duty)s (minimum %(minimum)s, ideal %(ideal)s)")
                    % {"duty": code, "minimum": one.minimum, "ideal": one.ideal},
                    one.people,
                    after.strength[code].people,
                )
                for code, one in before.strength.items()
            ),
            *(
                (
                    _("weeks on duty: %(name)s") % {"name": texts.name_of(found, pk)},
                    f"{texts.share(found, before, pk):.0%}",
                    f"{texts.share(found, after, pk):.0%}",
                )
                for pk in found.persons_in_rotas()
            ),
            (_("lines with nobody"), _lines(before, State.NONE), _lines(after, State.NONE)),
            (_("lines with one person"), _lines(before, State.SINGLE), _lines(after, State.SINGLE)),
        ],
        empty="",
    )


def _of(side: Outcome) -> str:
    return _("%(n)s of %(all)s") % {"n": len(side.unfilled), "all": side.shifts}


def _lines(side: Outcome, state: State) -> str:
    return ", ".join(sorted(key for key, worst in side.lines.items() if worst is state)) or "–"
