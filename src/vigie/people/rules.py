"""Roles from memberships, and which scopes a token may carry. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    OPERATOR = "operator"
    SUPPORT = "support"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"


STAFF = frozenset(Role)


class GroupKind(StrEnum):
    OPERATIONS = "operations"
    SUPPORT = "support"
    OTHER = "other"


class Ending(StrEnum):
    """Why somebody's employment ends on a day known before."""

    DEPARTURE = "departure"
    CONTRACT = "contract"


class Scope(StrEnum):
    """What an API token may do; each call of the API names the one it needs."""

    READ = "read"
    ALERT = "alert"
    DECLARE = "declare"
    LOG = "log"
    PUBLISH = "publish"
    JOBS = "jobs"  # jobs of users: who runs what, what is wrong with it; exempting
    CONTACTS = "contacts"  # mail addresses and phones of staff and of experiments' contacts


LOGIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
)  # stands in addresses of pages and in CSV files as it is


def one_line(text: str) -> str:
    """A name as one line: line ends, tabs and doubled spaces become one space, control characters go."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def roles_of(memberships: Iterable[tuple[str, bool]], *, administrator: bool) -> frozenset[str]:
    """Roles of a person from (group kind, is lead) pairs.

    A member of Operations is an operator, of Support a support; a lead of either is a lead too.
    """
    by_kind = {GroupKind.OPERATIONS: Role.OPERATOR, GroupKind.SUPPORT: Role.SUPPORT}
    roles: set[str] = {Role.ADMINISTRATOR} if administrator else set()
    for kind, is_lead in memberships:
        if role := by_kind.get(GroupKind(kind)):
            roles.add(role)
            if is_lead:
                roles.add(Role.LEAD)
    return frozenset(roles)
