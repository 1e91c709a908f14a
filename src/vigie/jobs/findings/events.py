"""What happened to findings, exemptions and the map of the farm."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class FindingAudit(AuditKind):
    APPEARED = "finding.appeared"
    GREW = "finding.grew"
    GONE = "finding.gone"
    EXEMPTED = "exemption.made"
    EXEMPTION_ENDED = "exemption.ended"
    PLACES_SAVED = "places.saved"


@dataclass(frozen=True)
class FindingAppeared(Event):
    """A cause was found for the first time, or (`back`) again after it had gone."""

    kind: ClassVar[str] = "finding.appeared"
    finding_id: int
    back: bool


@dataclass(frozen=True)
class FindingGrew(Event):
    """It costs markedly more than a day ago (`rules.course`); core-hours a day."""

    kind: ClassVar[str] = "finding.grew"
    finding_id: int
    before: float
    after: float


@dataclass(frozen=True)
class FindingGone(Event):
    """It was not found again for long enough to believe it."""

    kind: ClassVar[str] = "finding.gone"
    finding_id: int
