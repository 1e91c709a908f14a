"""How a duty is called, and where else than by mail a person is."""

from datetime import time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.escalation import queries
from vigie.duty.escalation.actions.permissions import PERMISSIONS, EscalationPermission
from vigie.duty.escalation.events import EscalationAudit
from vigie.duty.escalation.models import CallingPolicy, Pager
from vigie.duty.escalation.rules import MOST_ROUNDS
from vigie.duty.models import Duty
from vigie.kernel import audit
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.people.models import Person
from vigie.people.queries import person_behind


@transaction.atomic
def save_policy(
    actor: Actor,
    duty: Duty,
    *,
    patience: int,
    backup_after: int,
    lead_after: int,
    again_after: int,
    rounds: int,
    grace: int,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    hands_over: bool = False,
) -> CallingPolicy:
    """How a duty is called from now on; what is open climbs as it began."""
    require(actor, EscalationPermission.POLICY, PERMISSIONS)
    if (quiet_from is None) != (quiet_until is None):
        field = "quiet_until" if quiet_from else "quiet_from"
        raise BadInput("policy.quiet", _("Quiet hours need a beginning and an end."), field=field)
    if not 1 <= rounds <= MOST_ROUNDS:
        raise BadInput("policy.rounds", _("Between 1 and %(n)s times.") % {"n": MOST_ROUNDS}, field="rounds")
    row = queries.policy(duty)
    minutes = {
        "patience": patience,
        "backup_after": backup_after,
        "lead_after": lead_after,
        "again_after": again_after,
        "grace": grace,
    }
    for name, value in minutes.items():
        if not 1 <= value <= timedelta(days=7) / timedelta(minutes=1):
            raise BadInput("policy.minutes", _("Between a minute and a week."), field=name)
        setattr(row, name, value)
    row.hands_over = hands_over
    row.rounds, row.quiet_from, row.quiet_until = rounds, quiet_from, quiet_until
    row.save()
    audit.record(
        EscalationAudit.POLICY_SAVED,
        actor=actor,
        subject=row,
        changes={
            **minutes,
            "rounds": rounds,
            "hands_over": hands_over,
            "quiet": f"{quiet_from or ''}-{quiet_until or ''}",
        },
    )
    return row


@transaction.atomic
def save_pager(actor: Actor, person: Person, target: str) -> None:
    """By which target, beside mail, a person is called; "": by none. Everybody says so for themself."""
    if person_behind(actor) != person:
        raise Refused("pager.own", _("Everybody keeps their own."))
    known = queries.pager(person)
    if target and target not in {one.name for one in queries.pagers()}:
        raise BadInput(
            "pager.target",
            _("There is no target for calls of this name."),
            hint=_('An administrator adds one to the configuration, with use = "calls".'),
            field="target",
        )
    row = known or Pager(person=person)
    if target:
        row.target = target
        row.save()
    elif known is None:
        return
    audit.record(EscalationAudit.PAGER_SAVED, actor=actor, subject=row, changes={"target": target})
    if not target:
        row.delete()
