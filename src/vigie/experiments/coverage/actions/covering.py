"""Verbs over who covers a line: cover, change the level, end, withdraw what has not begun."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.experiments.coverage import queries
from vigie.experiments.coverage.actions.permissions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.events import CoverageAudit
from vigie.experiments.coverage.models import Coverage
from vigie.experiments.coverage.rules import NEVER, Days, Level
from vigie.experiments.models import Experiment
from vigie.kernel import audit
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.kernel.lifecycle import change_one, hold
from vigie.people.models import Person

LONGEST_AGO, FARTHEST = timedelta(days=60 * 366), timedelta(days=10 * 366)


@transaction.atomic
def cover(
    actor: Actor,
    *,
    person: Person,
    experiment: Experiment | None,
    level: str,
    starts_on: date,
    ends_on: date | None = None,
) -> Coverage:
    """The person covers the experiment (None: general support) from a day on, until a day that is no longer in it.

    The very same entered again changes nothing and is returned. Two spans of one person on one line don't overlap.
    """
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    _check_level(level)
    _check_days(starts_on, ends_on)
    if not person.is_active:
        raise Refused(
            "coverage.person_left",
            _("%(name)s no longer works here.") % {"name": person.name},
            field="person",
        )
    if experiment is not None and not experiment.active:
        raise Refused(
            "coverage.experiment_ended", _("“%(name)s” has ended.") % {"name": experiment.name}, field="line"
        )
    hold(person, field="is_active")  # two spans of one person are entered one after the other
    wanted = Days(starts_on, ends_on or NEVER)
    for other in Coverage.objects.filter(person=person, experiment=experiment):
        if (other.starts_on, other.ends_on, other.level) == (starts_on, ends_on, level):
            return other
        if queries.turn(other).days.within(wanted):
            raise Refused(
                "coverage.overlaps",
                _("%(name)s covers this already from %(day)s on, at another level or until another day.")
                % {"name": person.name, "day": other.starts_on},
                hint=_("Change the level of that, or end it first."),
                field="starts_on",
            )
    row = Coverage.objects.create(
        person=person, experiment=experiment, level=level, starts_on=starts_on, ends_on=ends_on
    )
    audit.record(CoverageAudit.COVERED, actor=actor, subject=row, changes=_facts(row))
    return row


@transaction.atomic
def change_level(actor: Actor, row: Coverage, *, level: str, on: date) -> Coverage:
    """From `on` the same person covers the same line at another level; what was before stays as it was.

    Returns the row that holds the new level: a new one, or this one where `on` is its own first day.
    """
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    _check_level(level)
    _check_inside(row, on)
    if level == row.level:
        raise Refused("coverage.same_level", _("It is that level already."), field="level")
    before = {"level": row.level, "ends_on": row.ends_on}
    if on == row.starts_on:
        change_one(row, expect=before, level=level)
        changed = row
    else:
        change_one(row, expect=before, ends_on=on)
        changed = Coverage.objects.create(
            person=row.person,
            experiment=row.experiment,
            level=level,
            starts_on=on,
            ends_on=before["ends_on"],
        )
    audit.record(
        CoverageAudit.LEVEL_CHANGED,
        actor=actor,
        subject=changed,
        changes={"from": before["level"], "to": level, "on": on, **_facts(changed)},
    )
    return changed


@transaction.atomic
def end(actor: Actor, row: Coverage, *, on: date | None, reason: str = "") -> None:
    """`on` is the first day no longer covered; None: there is no end in sight any more."""
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    if on is not None:
        if on <= row.starts_on:
            raise BadInput(
                "coverage.ends_before_start",
                _("It would end before it begins."),
                hint=_("Take back what has not begun yet; what has begun lasts a day at least."),
                field="on",
            )
        _check_days(row.starts_on, on)
    before = row.ends_on
    if on == before:
        return
    wanted = Days(row.starts_on, on or NEVER)
    others = Coverage.objects.filter(person=row.person, experiment=row.experiment).exclude(pk=row.pk)
    if any(queries.turn(other).days.within(wanted) for other in others):
        raise Refused(
            "coverage.overlaps",
            _("%(name)s covers this again later: the two would overlap.") % {"name": row.person.name},
            field="on",
        )
    hold(row.person, field="is_active")
    change_one(row, expect={"ends_on": before, "level": row.level}, ends_on=on)
    audit.record(
        CoverageAudit.ENDED,
        actor=actor,
        subject=row,
        reason=reason,
        changes={"from": before, "to": on, **_facts(row)},
    )


@transaction.atomic
def withdraw(actor: Actor, row: Coverage) -> None:
    """Take back what has not begun; what was stays."""
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    if row.starts_on <= queries.today():
        raise Refused(
            "coverage.begun",
            _("This coverage has begun; what was can't be undone."),
            hint=_("End it instead."),
        )
    facts = _facts(row)
    if not Coverage.objects.filter(pk=row.pk, starts_on=row.starts_on, level=row.level).delete()[0]:
        raise Conflict("coverage.gone", _("Somebody changed or removed this a moment ago."))
    audit.record(CoverageAudit.WITHDRAWN, actor=actor, subject=row, changes=facts)


def _facts(row: Coverage) -> dict[str, object]:
    return {
        "person": row.person.login,
        "line": queries.line_of(row.experiment).key,
        "level": row.level,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }


def _check_level(level: str) -> None:
    if level not in set(Level):
        raise BadInput(
            "coverage.level",
            _("There is no level “%(level)s”.") % {"level": level[:40]},
            hint=_("Levels are training, backup and primary."),
            field="level",
        )


def _check_days(starts_on: date, ends_on: date | None) -> None:
    today = queries.today()
    if not today - LONGEST_AGO <= starts_on <= today + FARTHEST:
        raise BadInput(
            "coverage.too_far",
            _("%(day)s is very far away; is the year right?") % {"day": starts_on},
            field="starts_on",
        )
    if ends_on is None:
        return
    if ends_on <= starts_on:
        raise BadInput("coverage.ends_before_start", _("It would end before it begins."), field="ends_on")
    if ends_on > today + LONGEST_AGO:
        raise BadInput(
            "coverage.too_far",
            _("%(day)s is very far away; is the year right?") % {"day": ends_on},
            hint=_("Leave the end open if nobody knows it."),
            field="ends_on",
        )


def _check_inside(row: Coverage, on: date) -> None:
    if on < row.starts_on or (row.ends_on is not None and on >= row.ends_on):
        raise BadInput(
            "coverage.outside", _("%(day)s is not a day of this coverage.") % {"day": on}, field="on"
        )
