"""Verbs over hand-overs; everybody imports them from here."""

from vigie.duty.handover.actions.prepare import begin, prepare_due, tend
from vigie.duty.handover.actions.verbs import accept, decline, forget_person, give, tick, write

__all__ = ["accept", "begin", "decline", "forget_person", "give", "prepare_due", "tend", "tick", "write"]
