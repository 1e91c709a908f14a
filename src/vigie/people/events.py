"""What happened to persons and tokens, for the audit."""

from vigie.kernel.audit import AuditKind


class PeopleAudit(AuditKind):
    PERSON_SAVED = "person.saved"
    PERSON_LEFT = "person.left"
    DEPARTURE_PLANNED = "person.departure_planned"
    PASSWORD_SET = "person.password_set"  # noqa: S105 # an event's name, not a password
    GROUP_SAVED = "group.saved"
    TOKEN_MADE = "token.made"  # noqa: S105 # an event's name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 # an event's name
