"""What happened to the jobs' history."""

from vigie.kernel.audit import AuditKind


class JobsAudit(AuditKind):
    IMPORTED = "jobs.imported"
