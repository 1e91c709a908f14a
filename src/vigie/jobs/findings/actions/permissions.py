"""Who may see the jobs of users, leave some alone, and draw the map of the farm."""

from vigie.kernel.access import Permission
from vigie.people.rules import Role


class FindingPermission(Permission):
    SEE = "jobs.see"
    EXEMPT = "jobs.exempt"
    MAP = "jobs.map"
    LOOK = "jobs.look"  # to write down what a look at the jobs found: Vigie itself


PERMISSIONS = {
    FindingPermission.SEE: frozenset(Role),
    FindingPermission.EXEMPT: frozenset({Role.SUPPORT, Role.LEAD}),
    FindingPermission.MAP: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    FindingPermission.LOOK: frozenset[Role](),
}
