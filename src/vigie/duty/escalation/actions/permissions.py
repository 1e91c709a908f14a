"""Who may answer, call, and say how a duty is called."""

from vigie.kernel.access import Permission
from vigie.people.rules import Role


class EscalationPermission(Permission):
    ANSWER = "escalation.answer"
    CALL = "escalation.call"
    POLICY = "calling_policy.edit"


_WRITERS = frozenset({Role.OPERATOR, Role.SUPPORT, Role.LEAD})
PERMISSIONS = {
    EscalationPermission.ANSWER: _WRITERS,
    EscalationPermission.CALL: _WRITERS,
    EscalationPermission.POLICY: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
}
