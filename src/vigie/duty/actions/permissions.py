"""Who may change what of the rota."""

from vigie.kernel.access import Permission
from vigie.people.rules import STAFF, Role


class DutyPermission(Permission):
    EDIT = "duty.edit"  # duties, rotations, shifts, everybody's absences; decides on swaps
    TAKE_PART = "duty.take_part"  # own absences and calendar; offers, accepts and declines swaps


PERMISSIONS = {
    DutyPermission.EDIT: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    DutyPermission.TAKE_PART: STAFF,
}
