"""What happened to persons and tokens."""

from dataclasses import dataclass
from typing import ClassVar

from vigie.kernel.audit import AuditKind
from vigie.kernel.events import Event


class PeopleAudit(AuditKind):
    PERSON_SAVED = "person.saved"
    PERSON_LEFT = "person.left"
    PERSON_ERASED = "person.erased"
    DEPARTURE_PLANNED = "person.departure_planned"
    PASSWORD_SET = "person.password_set"  # noqa: S105 # an event's name, not a password
    LEAD_PASSED = "group.lead_passed"
    GROUP_SAVED = "group.saved"
    NAME_PUBLIC = "person.name_public"
    NAME_PRIVATE = "person.name_private"
    TOKEN_MADE = "token.made"  # noqa: S105 # an event's name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 # an event's name


@dataclass(frozen=True)
class NameShown(Event):
    """Somebody may, or may no longer, be named on the public page."""

    kind: ClassVar[str] = "people.name_shown"
    person_id: int
    public: bool


@dataclass(frozen=True)
class EmploymentChanged(Event):
    """Somebody left, came back, or the day on which they will leave became another."""

    kind: ClassVar[str] = "person.employment_changed"
    person_id: int
