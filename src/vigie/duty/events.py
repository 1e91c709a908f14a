"""What happened to duties, shifts and escalations."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class DutyAudit(AuditKind):
    DUTY_SAVED = "duty.saved"
    SHIFT_ADDED = "shift.added"
    SHIFT_REMOVED = "shift.removed"
    ESCALATION_OPENED = "escalation.opened"
    ESCALATION_CLIMBED = "escalation.climbed"
    ESCALATION_CLOSED = "escalation.closed"


@dataclass(frozen=True)
class RotaChanged(Event):
    """Who is on duty may have changed."""

    kind: ClassVar[str] = "duty.rota_changed"
    duty: str
