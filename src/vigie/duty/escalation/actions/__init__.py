"""Verbs over escalations; everybody imports them from here."""

from vigie.duty.escalation.actions.engine import (
    MANUAL,
    Owed,
    climb,
    climb_called_by_hand,
    escalate,
    reconcile,
    stand_down,
)
from vigie.duty.escalation.actions.people import acknowledge, answer, call, done
from vigie.duty.escalation.actions.permissions import PERMISSIONS, EscalationPermission
from vigie.duty.escalation.actions.policy import save_pager, save_policy

__all__ = [
    "MANUAL",
    "PERMISSIONS",
    "EscalationPermission",
    "Owed",
    "acknowledge",
    "answer",
    "call",
    "climb",
    "climb_called_by_hand",
    "done",
    "escalate",
    "reconcile",
    "save_pager",
    "save_policy",
    "stand_down",
]
