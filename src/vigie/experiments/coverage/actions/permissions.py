"""Who may arrange coverage, and who may note what changes hands."""

from vigie.kernel.access import Permission
from vigie.people.rules import Role


class CoveragePermission(Permission):
    ARRANGE = "coverage.arrange"
    HAND = "coverage.hand"


PERMISSIONS = {
    CoveragePermission.ARRANGE: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    CoveragePermission.HAND: frozenset({Role.OPERATOR, Role.SUPPORT, Role.LEAD, Role.ADMINISTRATOR}),
}
