"""Verbs over taking-overs: what goes from whom to whom by when; done, dropped, handed on to somebody else."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.models import Duty
from vigie.experiments.coverage import queries
from vigie.experiments.coverage.actions.permissions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.events import CoverageAudit
from vigie.experiments.coverage.lifecycle import TAKING_OVER
from vigie.experiments.coverage.models import TakingOver, TakingOverState
from vigie.experiments.models import Experiment
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, allowed, require
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.lifecycle import change_one, once
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.people.rules import one_line
from vigie.services.models import Service

LONGEST = timedelta(days=5 * 366)
WHAT_LIMIT = 300


@transaction.atomic
def take_over(
    actor: Actor,
    *,
    key: str,
    taker: Person,
    due_on: date,
    giver: Person | None = None,
    what: str = "",
    general: bool = False,
    experiment: Experiment | None = None,
    duty: Duty | None = None,
    service: Service | None = None,
) -> TakingOver:
    """Note that an activity goes to `taker` by `due_on`: one thing (line, duty, service), or words alone.

    The same key again returns what stands.
    """
    require(actor, CoveragePermission.HAND, PERMISSIONS)
    what = one_line(what)
    _check_what(what, named=bool(general or experiment or duty or service))
    _check_persons(giver, taker)
    _check_day(due_on)

    def make() -> TakingOver:
        return TakingOver.objects.create(
            key=key,
            what=what,
            general=general,
            experiment=experiment,
            duty=duty,
            service=service,
            giver=giver,
            taker=taker,
            due_on=due_on,
        )

    row, made = once(lambda: TakingOver.objects.filter(key=key).first(), make)
    if made:
        audit.record(
            CoverageAudit.TAKING_OVER_OPENED,
            actor=actor,
            subject=row,
            changes={
                "what": what or experiment or duty or service or "general support",
                "giver": giver.login if giver else "",
                "taker": taker.login,
                "due_on": due_on,
            },
        )
    return row


@transaction.atomic
def hand_on(actor: Actor, row: TakingOver, *, taker: Person, due_on: date | None = None) -> None:
    """Somebody else takes it over, perhaps by another day."""
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    _check_persons(row.giver, taker)
    before = {"state": TakingOverState.OPEN, "taker_id": row.taker_id, "due_on": row.due_on}
    was = row.taker.login
    change_one(row, expect=before, taker_id=taker.pk, due_on=due_on or row.due_on)
    audit.record(
        CoverageAudit.TAKING_OVER_CHANGED,
        actor=actor,
        subject=row,
        changes={"from": was, "to": taker.login, "due_on": row.due_on},
    )


@transaction.atomic
def close_taking_over(actor: Actor, row: TakingOver, *, dropped: bool = False, why: str = "") -> None:
    """It is done, or no longer wanted: said by who takes it, who gives it, or a lead."""
    _check_concerned(actor, row)
    target = TakingOverState.DROPPED if dropped else TakingOverState.DONE
    TAKING_OVER.move(
        row, target, closed_at=clock.now(), closed_by=person_behind(actor), closed_why=one_line(why)[:300]
    )
    audit.record(
        CoverageAudit.TAKING_OVER_CLOSED, actor=actor, subject=row, reason=why, changes={"state": target}
    )


@transaction.atomic
def reopen_taking_over(actor: Actor, row: TakingOver) -> None:
    """It was marked done too early."""
    _check_concerned(actor, row)
    TAKING_OVER.move(row, TakingOverState.OPEN, closed_at=None, closed_by=None, closed_why="")
    audit.record(
        CoverageAudit.TAKING_OVER_CHANGED, actor=actor, subject=row, changes={"state": TakingOverState.OPEN}
    )


def _check_concerned(actor: Actor, row: TakingOver) -> None:
    require(actor, CoveragePermission.HAND, PERMISSIONS)
    person = person_behind(actor)
    if person is not None and person.pk in {row.taker_id, row.giver_id}:
        return
    if not allowed(actor, CoveragePermission.ARRANGE, PERMISSIONS):
        raise Forbidden(
            "taking_over.not_yours",
            _("Only who gives it, who takes it, or a lead says that this is done."),
        )


def _check_what(what: str, *, named: bool) -> None:
    if not what and not named:
        raise BadInput("taking_over.what", _("Say what changes hands."), field="what")
    if len(what) > WHAT_LIMIT:
        raise BadInput("taking_over.what", _("300 characters at most."), field="what")


def _check_day(due_on: date) -> None:
    today = queries.today()
    if not today <= due_on <= today + LONGEST:
        raise BadInput(
            "taking_over.day",
            _("%(day)s can't be the day it is done by: it is past, or more than five years away.")
            % {"day": due_on},
            field="due_on",
        )


def _check_persons(giver: Person | None, taker: Person) -> None:
    if taker == giver:
        raise BadInput("taking_over.same", _("Nobody takes over from themself."), field="taker")
    _check_taker(taker)


def _check_taker(taker: Person) -> None:
    if not taker.is_active:
        raise Refused(
            "taking_over.left", _("%(name)s no longer works here.") % {"name": taker.name}, field="taker"
        )
