"""Verbs over persons and tokens."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.errors import BadInput, Refused
from vigie.people.events import PeopleAudit
from vigie.people.models import ApiToken, Group, Membership, Person
from vigie.people.queries import digest
from vigie.people.rules import GroupKind, Role, Scope


class PeoplePermission(Permission):
    MANAGE = "people.manage"


PERMISSIONS = {PeoplePermission.MANAGE: frozenset({Role.ADMINISTRATOR})}


@transaction.atomic
def save_person(
    actor: Actor,
    *,
    login: str,
    name: str,
    email: str = "",
    phone: str = "",
    language: str = "fr",
    administrator: bool = False,
    groups: Iterable[tuple[str, bool]] = (),
) -> Person:
    """Create the person with this login or bring it up to date; `groups` are (group code, is lead) pairs."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    fields = {
        "name": name,
        "email": email,
        "phone": phone,
        "language": language,
        "is_administrator": administrator,
    }
    person = Person.objects.filter(login=login).first() or Person(login=login)
    for key, value in fields.items():
        setattr(person, key, value)
    person.is_active = True
    if not person.has_usable_password():
        person.set_unusable_password()
    _clean(person)
    person.save()
    wanted = dict(groups)
    known = {group.code: group for group in Group.objects.filter(code__in=wanted)}
    if unknown := wanted.keys() - known.keys():
        raise BadInput(
            "group.unknown", _("There is no group “%(code)s”.") % {"code": ", ".join(sorted(unknown))}
        )
    person.memberships.exclude(group__code__in=wanted).delete()
    for code, is_lead in wanted.items():
        Membership.objects.update_or_create(person=person, group=known[code], defaults={"is_lead": is_lead})
    audit.record(PeopleAudit.PERSON_SAVED, actor=actor, subject=person, changes={**fields, "groups": wanted})
    return person


def _clean(person: Person) -> None:
    try:
        person.clean_fields(exclude=["password"])
        person.validate_unique()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput("person.invalid", f"{field}: {messages[0]}", field=field) from None


@transaction.atomic
def leave(actor: Actor, person: Person) -> None:
    """The person no longer works here: no login, no token, no new role. What hangs on the row stays."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    if Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False) != 1:
        raise Refused("person.left", _("%(name)s has already left.") % {"name": person.name})
    person.is_active = False
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=clock.now())
    audit.record(PeopleAudit.PERSON_LEFT, actor=actor, subject=person)


@transaction.atomic
def set_password(actor: Actor, person: Person, password: str) -> None:
    """Give a person a password; weak ones are refused with the reason."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise BadInput("password.weak", " ".join(error.messages), field="password") from None
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record(PeopleAudit.PASSWORD_SET, actor=actor, subject=person)


def save_group(*, code: str, name_fr: str, name_en: str, kind: GroupKind) -> Group:
    """Create or rename a group; called by imports and by the demo."""
    group, _made = Group.objects.update_or_create(
        code=code, defaults={"name_fr": name_fr, "name_en": name_en, "kind": kind}
    )
    return group


@transaction.atomic
def make_token(
    actor: Actor, person: Person, *, label: str, scopes: Iterable[Scope], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token for a script; returns the row and the secret, which is shown once and never stored."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    wanted = sorted({str(scope) for scope in scopes})
    if unknown := set(wanted) - set(Scope):
        raise BadInput(
            "scope.unknown", _("There is no scope “%(scope)s”.") % {"scope": ", ".join(sorted(unknown))}
        )
    if not wanted:
        raise BadInput("scope.none", _("A token needs at least one scope."), field="scopes")
    secret = f"vigie_{secrets.token_urlsafe(32)}"
    try:
        token = ApiToken.objects.create(
            label=label,
            person=person,
            digest=digest(secret),
            scopes=wanted,
            made_at=clock.now(),
            expires_at=expires_at,
        )
    except IntegrityError:  # pragma: no cover # 2^-256
        raise Refused("token.collision", _("Try again.")) from None
    audit.record(
        PeopleAudit.TOKEN_MADE, actor=actor, subject=token, changes={"scopes": wanted, "person": person}
    )
    return token, secret


@transaction.atomic
def revoke_token(actor: Actor, token: ApiToken) -> None:
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()) != 1:
        raise Refused("token.revoked", _("This token is already revoked."))
    audit.record(PeopleAudit.TOKEN_REVOKED, actor=actor, subject=token)
