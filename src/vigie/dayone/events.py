"""What happened to files that were brought in, for the audit."""

from vigie.kernel.audit import AuditKind


class DayOneAudit(AuditKind):
    WANTED = "import.wanted"
    APPLIED = "import.applied"
    FAILED = "import.failed"
    FORGOTTEN = "import.forgotten"
