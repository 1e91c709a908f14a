"""What a colleague could check on paper: who holds a duty, when it is held, and whose turn it is. Pure."""

from vigie.duty.rules.fitness import Fitness
from vigie.duty.rules.holding import (
    HANDOVER_OVERLAP,
    HIGHEST_LEVEL,
    LONGEST_SHIFT,
    DutyCode,
    Holder,
    Span,
    in_order,
)
from vigie.duty.rules.pattern import Pattern, Rhythm, Slot, clock_times, slots
from vigie.duty.rules.rotation import Choice, Every, Order, Reason, assign, turns, wanted_pieces

__all__ = [
    "HANDOVER_OVERLAP",
    "HIGHEST_LEVEL",
    "LONGEST_SHIFT",
    "Choice",
    "DutyCode",
    "Every",
    "Fitness",
    "Holder",
    "Order",
    "Pattern",
    "Reason",
    "Rhythm",
    "Slot",
    "Span",
    "assign",
    "clock_times",
    "in_order",
    "slots",
    "turns",
    "wanted_pieces",
]
