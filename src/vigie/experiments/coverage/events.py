"""What happened to coverage and to the taking-over of activities, for the audit."""

from vigie.kernel.audit import AuditKind


class CoverageAudit(AuditKind):
    COVERED = "coverage.covered"
    LEVEL_CHANGED = "coverage.level_changed"
    ENDED = "coverage.ended"
    WITHDRAWN = "coverage.withdrawn"
    WARNED = "coverage.warned"
    TAKING_OVER_OPENED = "taking_over.opened"
    TAKING_OVER_CHANGED = "taking_over.changed"
    TAKING_OVER_CLOSED = "taking_over.closed"
