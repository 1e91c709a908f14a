"""Duties, rotations, shifts, absences, swaps, and escalations in progress."""

from vigie.duty.models.duties import Duty, Qualification, RhythmName, Rotation, RotationPlace, every_day
from vigie.duty.models.escalations import Escalation, EscalationStep
from vigie.duty.models.shifts import (
    Absence,
    AbsenceCalendar,
    Origin,
    Shift,
    ShiftChange,
    Swap,
    SwapState,
)

__all__ = [
    "Absence",
    "AbsenceCalendar",
    "Duty",
    "Escalation",
    "EscalationStep",
    "Origin",
    "Qualification",
    "RhythmName",
    "Rotation",
    "RotationPlace",
    "Shift",
    "ShiftChange",
    "Swap",
    "SwapState",
    "every_day",
]
