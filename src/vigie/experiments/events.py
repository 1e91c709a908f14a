"""What happened to experiments and contacts, for the audit."""

from vigie.kernel.audit import AuditKind


class ExperimentAudit(AuditKind):
    SAVED = "experiment.saved"
    CONTACT_SAVED = "contact.saved"
    CONTACT_REMOVED = "contact.removed"
    CONTACT_STOPPED = "contact.stopped"
    CONTACT_RESUMED = "contact.resumed"
    CLOSED = "experiment.closed"
    ACCOUNTS_SAVED = "accounts.saved"
    ACCOUNTS_NOT_READ = "accounts.not_read"
    ACCOUNTS_FORGOTTEN = "accounts.forgotten"
