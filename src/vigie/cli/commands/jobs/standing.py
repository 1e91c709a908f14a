"""How the batch systems answer, for the eye and for programs."""

from dataclasses import asdict
from datetime import timedelta

from vigie.cli import output
from vigie.cli.times import shown
from vigie.cli.words import gettext as _
from vigie.jobs.queries.sources import Standing, standings


def show(*, as_json: bool) -> None:
    """Every configured batch system, asked already or not."""
    found = standings()
    if as_json:
        output.as_json([{**asdict(one), "away": one.away} for one in found])
        return
    output.table(
        [_("name"), _("adapter"), _("cluster"), _("running"), _("waiting"), _("known up to"), _("state")],
        [
            (one.name, one.adapter, one.cluster, one.running, one.waiting, shown(one.until), _state(one))
            for one in found
        ],
        empty=_("No batch system is configured: write a section [batch.NAME] into vigie.toml."),
    )
    for one in found:
        for note, count in sorted(one.notes.items()):
            output.line(f"{one.name}: {count} × {note}")
        if one.asides:
            words = _("%(name)s: %(count)d lines could not be read: “vigie jobs imports %(name)s”")
            output.line(words % {"name": one.name, "count": one.asides})


def _state(one: Standing) -> str:
    if one.away_since:
        words = {"time": shown(one.away_since), "problem": one.problem}
        return _("away since %(time)s: %(problem)s") % words
    if one.until is None:
        return _("not asked yet")
    late = timedelta(seconds=round(one.behind_s or 0))
    return _("answers; history %(late)s behind") % {"late": late}
