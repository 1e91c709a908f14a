"""What happened to duties and shifts."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class DutyAudit(AuditKind):
    DUTY_SAVED = "duty.saved"
    SHIFT_ADDED = "shift.added"
    SHIFT_REMOVED = "shift.removed"
    DUTY_SHAPED = "duty.shaped"
    QUALIFIED = "duty.qualified"
    DISQUALIFIED = "duty.disqualified"
    ROTATION_SAVED = "rotation.saved"
    ROTATION_REMOVED = "rotation.removed"
    ROTA_FILLED = "rota.filled"
    ABSENCE_ADDED = "absence.added"
    ABSENCE_REMOVED = "absence.removed"
    CALENDAR_SAVED = "absence_calendar.saved"
    CALENDAR_REMOVED = "absence_calendar.removed"
    CALENDAR_READ = "absence_calendar.read"
    SWAP_OFFERED = "swap.offered"
    SWAP_ACCEPTED = "swap.accepted"
    SWAP_SETTLED = "swap.settled"
    CHANGES_TOLD = "rota.changes_told"


@dataclass(frozen=True)
class RotaChanged(Event):
    """Who is on duty may have changed."""

    kind: ClassVar[str] = "duty.rota_changed"
    duty: str
