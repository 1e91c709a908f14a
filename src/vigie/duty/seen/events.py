"""What happened to signs and to the addresses of calendars, for the audit."""

from vigie.kernel.audit import AuditKind


class SeenAudit(AuditKind):
    SIGN_MADE = "sign.made"
    SIGN_REVOKED = "sign.revoked"
    CALENDAR_RESET = "calendar.reset"
