"""The verbs over the rota, by what they are about; doors import them from here."""

from vigie.duty.actions.absences import add_absence, forget_person, own_or_lead, remove_absence
from vigie.duty.actions.calendars import (
    calendars_due,
    note_failure,
    note_reading,
    read_calendar,
    read_calendars,
    remove_calendar,
    save_calendar,
)
from vigie.duty.actions.duties import Shape, disqualify, qualify, save_duty, shape_duty
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rotations import (
    Change,
    Filled,
    fill,
    preview_rotation,
    refill,
    refill_all,
    refill_for,
    refilled_once,
    remove_rotation,
    save_rotation,
)
from vigie.duty.actions.shifts import add_shift, remove_shift
from vigie.duty.actions.swaps import (
    accept_swap,
    decide_swap,
    decline_swap,
    expire_swaps,
    offer_swap,
    swaps_to_expire,
    withdraw_swap,
)
from vigie.duty.actions.telling import changes_due, send_digests, tell_changes

__all__ = [
    "PERMISSIONS",
    "Change",
    "DutyPermission",
    "Filled",
    "Shape",
    "accept_swap",
    "add_absence",
    "add_shift",
    "calendars_due",
    "changes_due",
    "decide_swap",
    "decline_swap",
    "disqualify",
    "expire_swaps",
    "fill",
    "forget_person",
    "note_failure",
    "note_reading",
    "offer_swap",
    "own_or_lead",
    "preview_rotation",
    "qualify",
    "read_calendar",
    "read_calendars",
    "refill",
    "refill_all",
    "refill_for",
    "refilled_once",
    "remove_absence",
    "remove_calendar",
    "remove_rotation",
    "remove_shift",
    "save_calendar",
    "save_duty",
    "save_rotation",
    "send_digests",
    "shape_duty",
    "swaps_to_expire",
    "tell_changes",
    "withdraw_swap",
]
