"""Reads over persons and tokens."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext_lazy as _

from vigie.kernel import clock
from vigie.kernel.access import Actor
from vigie.kernel.errors import Missing
from vigie.people.models import ApiToken, Group, Person
from vigie.people.rules import GroupKind, Scope


@dataclass(frozen=True)
class TokenActor:
    """A script that acts in a person's name: the person's roles, narrowed by the token's scopes at the door."""

    person: Person
    token: ApiToken

    @property
    def actor_kind(self) -> str:
        return "token"

    @property
    def actor_id(self) -> str:
        return str(self.person.pk)

    @property
    def actor_label(self) -> str:
        return f"{self.person.name} ({self.token.label})"

    @property
    def roles(self) -> frozenset[str]:
        return self.person.roles


def staff() -> QuerySet[Person]:
    """Everyone who works here now, by name."""
    return Person.objects.filter(is_active=True).order_by("name")


def person_by_login(login: str) -> Person:
    """The active person with this login; `Missing` says how to find the right one."""
    try:
        return staff().get(login=login)
    except Person.DoesNotExist:
        raise Missing(
            "person.unknown",
            _("Nobody here has the login “%(login)s”.") % {"login": login},
            hint=_("“vigie people list” shows everyone who works here."),
        ) from None


def anybody(login: str) -> Person:
    """The person with this login, also one who left; `Missing` otherwise."""
    found = Person.objects.filter(login=login).first()
    if found is None:
        raise Missing("person.unknown", _("Nobody here has the login “%(login)s”.") % {"login": login[:60]})
    return found


def groups() -> QuerySet[Group]:
    """Operations and Support first, then any other."""
    order = Case(*(When(kind=kind, then=rank) for rank, kind in enumerate(GroupKind)), default=9)
    return Group.objects.order_by(order, "code")


def leads(kind: GroupKind) -> list[Person]:
    """The active leads of a kind of group, by name."""
    return list(staff().filter(memberships__group__kind=kind, memberships__is_lead=True).distinct())


def members(kinds: Iterable[GroupKind]) -> QuerySet[Person]:
    return staff().filter(memberships__group__kind__in=list(kinds)).distinct()


def digest(secret: str) -> str:
    """How a token is stored: SHA-256 suffices for 256 random bits, which can't be guessed by trying."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def actor_of_token(secret: str) -> TokenActor | None:
    """Who a token stands for, whatever its scopes; None if it is unknown, expired, revoked, or its person left.

    Found by its hash: how long that takes tells nothing of the secret.
    """
    row = ApiToken.objects.select_related("person").filter(digest=digest(secret)).first()
    if row is None or row.revoked_at or not row.person.is_active:
        return None
    if row.expires_at and row.expires_at <= clock.now():
        return None
    return TokenActor(person=row.person, token=row)


def actor_for_token(secret: str, scope: Scope) -> TokenActor | None:
    """The actor a token stands for where it carries the scope, else None."""
    actor = actor_of_token(secret)
    return actor if actor is not None and actor.token.carries(scope) else None


def person_behind(actor: Actor) -> Person | None:
    """The person who acts: themself, or the one whose token a script carries; None for Vigie itself."""
    if isinstance(actor, Person):
        return actor
    return actor.person if isinstance(actor, TokenActor) else None
