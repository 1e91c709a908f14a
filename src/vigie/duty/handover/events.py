"""What happened to hand-overs."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class HandOverAudit(AuditKind):
    PREPARED = "handover.prepared"
    WRITTEN = "handover.written"
    TICKED = "handover.ticked"
    GIVEN = "handover.given"
    ACCEPTED = "handover.accepted"
    DECLINED = "handover.declined"
    VOID = "handover.void"


@dataclass(frozen=True)
class HandOverGiven(Event):
    """Whoever comes next may accept."""

    kind: ClassVar[str] = "handover.given"
    handover_id: int
    revision: int


@dataclass(frozen=True)
class HandOverDeclined(Event):
    """It came back with a reason or a question."""

    kind: ClassVar[str] = "handover.declined"
    handover_id: int
    revision: int
