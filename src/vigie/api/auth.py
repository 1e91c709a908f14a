"""Who calls: a token with the scope the call names, or a logged-in member of staff (with CSRF where it writes)."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from vigie.api.errors import ERRORS
from vigie.kernel.access import Actor
from vigie.kernel.errors import Forbidden
from vigie.people.actions import note_use
from vigie.people.models import Person
from vigie.people.queries import TokenActor, actor_of_token
from vigie.people.rules import STAFF, Scope

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def bearer_of(request: HttpRequest) -> str | None:
    """The secret of an `Authorization: Bearer …` header; "" if the header says something else; None without one."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    kind, _space, secret = header.strip().partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


class Token(AuthBase):
    """Demands one scope. A header that is there decides alone: a bad token is not helped by a session."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A token made by an administrator; each operation names the scope that it needs."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Actor | None:
        secret = bearer_of(request)
        actor = self._session(request) if secret is None else self._token(secret)
        if actor is not None and not actor.roles & STAFF:
            raise Forbidden(
                "forbidden.no_group",
                _("%(name)s belongs to no group here.") % {"name": actor.actor_label},
                hint=_("A lead or an administrator gives the person a group on the page People."),
            )
        return actor

    def _token(self, secret: str) -> TokenActor | None:
        actor = actor_of_token(secret) if secret else None
        if actor is None:
            return None
        if not actor.token.carries(self.scope):
            raise Forbidden(
                "scope.missing",
                _("This token lacks the scope “%(scope)s” that this call needs.") % {"scope": self.scope},
                hint=_("It carries: %(scopes)s.") % {"scopes": ", ".join(actor.token.scopes)},
            )
        note_use(actor.token)
        return actor

    def _session(self, request: HttpRequest) -> Person | None:
        user = getattr(request, "user", None)
        if not isinstance(user, Person):
            return None
        if request.method not in SAFE_METHODS and check_csrf(request):
            raise Forbidden(
                "csrf",
                _("A page of another site may have sent this: the CSRF token is missing or wrong."),
                hint=_("Scripts use a token, not the session of a browser."),
            )
        return user


def sees_contacts(actor: Actor) -> bool:
    """Whether mail addresses and phones are shown to this caller: to staff, and to tokens with that scope."""
    return isinstance(actor, Person) or (
        isinstance(actor, TokenActor) and actor.token.carries(Scope.CONTACTS)
    )


def operation(scope: Scope, response: Any, *, status: int = 200, also: int | None = None) -> dict[str, Any]:
    """What every operation says of itself: its scope, its answer, and the shape of every error."""
    answers: dict[int, Any] = {status: response, **ERRORS}
    if also is not None:
        answers[also] = response
    return {
        "auth": Token(scope),
        "response": answers,
        "openapi_extra": {"x-scope": scope.value},
    }
