"""Who covers which experiment, and general support."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, day
from vigie.dayone.kinds.rotations import LOGIN, SINCE, UNTIL, first_day
from vigie.experiments.coverage.actions import (
    PERMISSIONS,
    CoveragePermission,
    change_level,
    cover,
    end,
)
from vigie.experiments.coverage.models import Coverage
from vigie.experiments.coverage.queries import line_by_key
from vigie.experiments.coverage.rules import GENERAL, Level
from vigie.kernel.access import Actor, require
from vigie.people.queries import anybody


def _may(actor: Actor) -> None:
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)


def _coverage(_rows: Sequence[Values] | None) -> Iterable[Values]:
    found = Coverage.objects.select_related("person", "experiment")
    for row in found.order_by("experiment__code", "person__login", "starts_on"):
        yield {
            "person": row.person.login,
            "line": row.experiment.code if row.experiment else GENERAL,
            "level": str(row.level),
            "from": row.starts_on,
            "until": row.ends_on or "",
        }


def _save(actor: Actor, row: Values) -> Coverage:
    """A row that begins on the same day is the same: its end moves, its level is corrected."""
    person, line = anybody(str(row["person"])), line_by_key(str(row["line"]))
    starts_on, until, level = first_day(row, "from"), day(row, "until"), str(row["level"])
    there = Coverage.objects.filter(person=person, experiment=line.experiment, starts_on=starts_on).first()
    if there is None:
        return cover(
            actor,
            person=person,
            experiment=line.experiment,
            level=level,
            starts_on=starts_on,
            ends_on=until,
        )
    end(actor, there, on=until)
    return there if there.level == level else change_level(actor, there, level=level, on=starts_on)


COVERAGE = Kind(
    name="coverage",
    title=_("Coverage"),
    about=_("Who covers which experiment, or general support, from when until when."),
    columns=(
        LOGIN,
        Column(
            "line",
            _("code of the experiment; +general: general support"),
            columns.text,
            needed=True,
            aliases=frozenset({"experiment", "ligne", "expérience"}),
        ),
        Column(
            "level",
            ", ".join(Level),
            columns.one_of(Level.TRAINING, Level.BACKUP, Level.PRIMARY),
            Level.TRAINING.value,
            aliases=frozenset({"niveau"}),
        ),
        SINCE,
        UNTIL,
    ),
    key=("person", "line", "from"),
    require=_may,
    present=_coverage,
    save=_save,
)
