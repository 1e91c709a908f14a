"""What happened to escalations."""

from vigie.kernel.audit import AuditKind


class EscalationAudit(AuditKind):
    OPENED = "escalation.opened"
    CLIMBED = "escalation.climbed"
    ACKNOWLEDGED = "escalation.acknowledged"
    CLOSED = "escalation.closed"
    POLICY_SAVED = "calling_policy.saved"
    PAGER_SAVED = "pager.saved"
