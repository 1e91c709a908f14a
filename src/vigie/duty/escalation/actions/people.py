"""What people do: acknowledge, by a link or on the desk; call somebody; say that it is done."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.escalation import links, queries
from vigie.duty.escalation.actions.engine import MANUAL, Owed, climb, escalate, stand_down, write_step
from vigie.duty.escalation.actions.permissions import PERMISSIONS, EscalationPermission
from vigie.duty.escalation.events import EscalationAudit
from vigie.duty.escalation.models import Escalation, EscalationStep
from vigie.duty.escalation.rules import StepKind, Urgency
from vigie.duty.models import Duty
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.kernel.lifecycle import change_one
from vigie.people.queries import person_behind
from vigie.people.rules import one_line


@transaction.atomic
def acknowledge(actor: Actor, escalation: Escalation, *, by: str = "desk") -> None:
    """Somebody has seen it and sees to it: nobody else is called until the policy's grace is over.

    `Refused` where it is over or somebody was faster; the message says who.
    """
    require(actor, EscalationPermission.ANSWER, PERMISSIONS)
    person = person_behind(actor)
    if person is None:
        raise Refused("escalation.nobody", _("Only a person can acknowledge."))
    _refuse_answered(escalation)
    try:
        change_one(
            escalation,
            expect={"closed_at": None, "acknowledged_at": None, "called": escalation.called},
            acknowledged_at=clock.now(),
            acknowledged_by=person,
        )
    except Conflict:
        _refuse_answered(queries.escalation(escalation.pk))
        raise
    write_step(escalation, StepKind.ACKNOWLEDGED, max(escalation.called, 1) - 1, person=person, note=by)
    audit.record(EscalationAudit.ACKNOWLEDGED, actor=actor, subject=escalation, changes={"by": by})


def _refuse_answered(escalation: Escalation) -> None:
    if escalation.closed_at is not None:
        raise Refused(
            "escalation.over", _("This is done, or owed no longer: nobody needs to answer any more.")
        )
    if escalation.acknowledged_at is not None and escalation.acknowledged_by is not None:
        raise Refused(
            "escalation.acknowledged",
            _("%(name)s has acknowledged this already.") % {"name": escalation.acknowledged_by.name},
        )


@transaction.atomic
def answer(token: str) -> EscalationStep:
    """The button behind the link of a call: the person who was called acknowledges, once.

    `Missing` or `Refused` for a link that is not whole, too old or used, and where somebody was faster.
    """
    step = links.read(token)
    now = clock.now()
    if step.person is None or step.answered_at is not None:
        raise Refused(
            "link.used",
            _("This link was used already."),
            hint=_("If it is still owed, log in and answer on the desk."),
        )
    change_one(step, expect={"answered_at": None}, answered_at=now)
    acknowledge(step.person, step.escalation, by="link")
    return step


@transaction.atomic
def call(
    actor: Actor, duty: Duty, what: str, *, urgency: Urgency = Urgency.HIGH, key: str = ""
) -> Escalation:
    """Call whoever is on duty for something that no rule knows of; it climbs until a person says that it is done.

    The same `key` (a second click) is the same call.
    """
    require(actor, EscalationPermission.CALL, PERMISSIONS)
    words = one_line(what)
    if not words:
        raise BadInput("call.what", _("Say what is to be done."), field="what")
    line = f"{words} ({actor.actor_label})"
    owed = Owed(what_fr=line, what_en=line, path="/escalations", duty=duty.code, urgency=urgency)
    escalation = escalate(f"{MANUAL}{duty.code}:{key or uuid4().hex}"[:120], owed)
    if escalation.path == "/escalations":
        change_one(escalation, expect={"closed_at": None}, path=f"/escalations/{escalation.pk}")
        audit.record(EscalationAudit.OPENED, actor=actor, subject=escalation, changes={"what": words})
    climb(escalation)
    return escalation


@transaction.atomic
def done(actor: Actor, escalation: Escalation) -> None:
    """A person says that what somebody called for is done. What rules call for ends by itself, when it is done."""
    require(actor, EscalationPermission.ANSWER, PERMISSIONS)
    if not escalation.key.startswith(MANUAL):
        raise Refused(
            "escalation.by_rule",
            _("This ends by itself as soon as what is owed is done."),
            hint=_("Do it, or acknowledge that you see to it."),
        )
    stand_down(escalation, why="done", actor=actor)
