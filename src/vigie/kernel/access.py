"""Who may do what: an `Actor` has roles, a domain's table says which roles hold a permission."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Forbidden


class Permission(StrEnum):
    """Base of each domain's permissions; the domain owns the members and its table."""


class Actor(Protocol):
    """Somebody or something that acts: a person, a token's script, or Vigie itself."""

    @property
    def actor_kind(self) -> str: ...

    @property
    def actor_id(self) -> str: ...

    @property
    def actor_label(self) -> str: ...

    @property
    def roles(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class System:
    """Vigie itself: the worker, a reaction, an alarm. It holds every permission: its callers are our own code."""

    name: str = "vigie"

    @property
    def actor_kind(self) -> str:
        return "system"

    @property
    def actor_id(self) -> str:
        return self.name

    @property
    def actor_label(self) -> str:
        return "Vigie"

    @property
    def roles(self) -> frozenset[str]:
        return frozenset({SYSTEM})


SYSTEM = "system"

P = TypeVar("P", bound=Permission)


def allowed(actor: Actor, permission: P, table: Mapping[P, frozenset[Any]]) -> bool:
    """Whether one of the actor's roles holds the permission. A permission missing from the table is nobody's."""
    return SYSTEM in actor.roles or bool(actor.roles & table.get(permission, frozenset()))


def require(actor: Actor, permission: P, table: Mapping[P, frozenset[Any]]) -> None:
    """Raise `Forbidden` unless allowed."""
    if not allowed(actor, permission, table):
        raise Forbidden(
            "forbidden",
            _("You may not do this (%(permission)s).") % {"permission": permission},
            hint=_("Ask a colleague who holds the role, or an administrator to give it to you."),
        )
