"""What happened to subscriptions, for the audit. The trace names no address: it can't be erased."""

from vigie.kernel.audit import AuditKind


class SubscriptionAudit(AuditKind):
    ASKED = "subscription.asked"
    LINK_SENT = "subscription.link_sent"
    CONFIRMED = "subscription.confirmed"
    STOPPED = "subscription.stopped"
    RESUMED = "subscription.resumed"
    LANGUAGE = "subscription.language"
    ERASED = "subscription.erased"
    LIST_SAVED = "mailing_list.saved"
    LIST_CLOSED = "mailing_list.closed"
