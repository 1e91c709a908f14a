"""What happened to outages."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class OutageAudit(AuditKind):
    DECLARED = "outage.declared"
    PLANNED = "outage.planned"
    FOLLOWER_ASKED = "outage.follower_asked"
    FOLLOWER_ACCEPTED = "outage.follower_accepted"
    FOLLOWER_DECLINED = "outage.follower_declined"
    MOVED = "outage.moved"
    STARTED = "outage.started"
    CANCELLED = "outage.cancelled"
    ANNOUNCED = "outage.announced"
    INTERVENTION_SAVED = "outage.intervention_saved"
    SERVICE_REMOVED = "outage.service_removed"
    TEMPLATE_SAVED = "template.saved"
    FACT_LOGGED = "outage.fact_logged"
    HANDED_OVER = "outage.handed_over"
    SERVICE_CHANGED = "outage.service_changed"
    SERVICE_ADDED = "outage.service_added"
    SERVICE_RESTORED = "outage.service_restored"
    PROMISED = "outage.promised"
    EXPECTED_END = "outage.expected_end"
    ENDED = "outage.ended"
    REOPENED = "outage.reopened"
    REVIEWED = "outage.reviewed"
    ALARM_RECEIVED = "alarm.received"
    ALARM_ATTACHED = "alarm.attached"
    ALARM_RESOLVED = "alarm.resolved"
    ALARM_SETTLED = "alarm.settled"


@dataclass(frozen=True)
class OutageDeclared(Event):
    kind: ClassVar[str] = "outage.declared"
    outage_id: int
    by_person_id: int | None


@dataclass(frozen=True)
class OutageChanged(Event):
    """Window, effects, services or promises are no longer what they were."""

    kind: ClassVar[str] = "outage.changed"
    outage_id: int


@dataclass(frozen=True)
class OutageEnded(Event):
    kind: ClassVar[str] = "outage.ended"
    outage_id: int
    false_alarm: bool


@dataclass(frozen=True)
class RoleHandedOver(Event):
    kind: ClassVar[str] = "outage.handed_over"
    outage_id: int
    role: str
    person_id: int
    fact_id: int
    by_person_id: int | None


@dataclass(frozen=True)
class FactLogged(Event):
    kind: ClassVar[str] = "outage.fact_logged"
    outage_id: int
    fact_id: int
    fact_kind: str
    by_person_id: int | None


@dataclass(frozen=True)
class EndProposed(Event):
    """Monitoring says that it is over; a person decides."""

    kind: ClassVar[str] = "outage.end_proposed"
    outage_id: int
    alarm_id: int


@dataclass(frozen=True)
class FollowerAsked(Event):
    """A person of Support is asked to follow a planned outage."""

    kind: ClassVar[str] = "outage.follower_asked"
    outage_id: int
    asked: str  # when: two askings of the same person are two mails
    person_id: int
    by_person_id: int | None


@dataclass(frozen=True)
class OutageCancelled(Event):
    kind: ClassVar[str] = "outage.cancelled"
    outage_id: int
    by_person_id: int | None
