"""What happened to notices."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class NoticeAudit(AuditKind):
    DRAFTED = "notice.drafted"
    EDITED = "notice.edited"
    APPROVED = "notice.approved"
    PUBLISHED = "notice.published"
    DISCARDED = "notice.discarded"


@dataclass(frozen=True)
class NoticePublished(Event):
    kind: ClassVar[str] = "notice.published"
    thread_id: int
    notice_id: int
    version_id: int
    notice_kind: str
