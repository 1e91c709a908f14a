"""What happened to the catalogue, for the audit."""

from vigie.kernel.audit import AuditKind


class ServiceAudit(AuditKind):
    SAVED = "service.saved"
    RETIRED = "service.retired"
