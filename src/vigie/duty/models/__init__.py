"""Duties, rotations, shifts, absences, swaps."""

from vigie.duty.models.duties import Duty, Qualification, RhythmName, Rotation, RotationPlace, every_day
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
