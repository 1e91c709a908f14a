"""The verbs over the rota, by what they are about; doors import them from here."""

from vigie.duty.actions.absences import add_absence, remove_absence
from vigie.duty.actions.duties import Shape, disqualify, qualify, save_duty, shape_duty
from vigie.duty.actions.imports import ImportedLine, ImportResult, import_shifts, preview_shifts
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rotations import (
    Change,
    Filled,
    preview_rotation,
    refill,
    refill_all,
    refill_for,
    remove_rotation,
    save_rotation,
)
from vigie.duty.actions.shifts import add_shift, remove_shift
from vigie.duty.actions.telling import changes_due, send_digests, tell_changes

__all__ = [
    "PERMISSIONS",
    "Change",
    "DutyPermission",
    "Filled",
    "ImportResult",
    "ImportedLine",
    "Shape",
    "add_absence",
    "add_shift",
    "changes_due",
    "disqualify",
    "import_shifts",
    "preview_rotation",
    "preview_shifts",
    "qualify",
    "refill",
    "refill_all",
    "refill_for",
    "remove_absence",
    "remove_rotation",
    "remove_shift",
    "save_duty",
    "save_rotation",
    "send_digests",
    "shape_duty",
    "tell_changes",
]
