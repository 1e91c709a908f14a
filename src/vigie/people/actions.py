"""Verbs over persons and tokens."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, allowed, require
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.people.events import EmploymentChanged, NameShown, PeopleAudit
from vigie.people.models import ApiToken, Group, Membership, Person
from vigie.people.queries import digest
from vigie.people.rules import LOGIN, Ending, GroupKind, Role, Scope, one_line


class PeoplePermission(Permission):
    MANAGE = "people.manage"
    PLAN_DEPARTURE = "people.plan_departure"


PERMISSIONS = {
    PeoplePermission.MANAGE: frozenset({Role.ADMINISTRATOR}),
    PeoplePermission.PLAN_DEPARTURE: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
}
LABEL_LIMIT = 120
FARTHEST_DEPARTURE = timedelta(days=60 * 366)


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
    new: bool = False,
) -> Person:
    """Create the person with this login or bring it up to date; `groups` are (group code, is lead) pairs.

    `new`: refuse a login that is taken already. Somebody who left comes back this way. The last administrator
    keeps that right: nobody could give it again.
    """
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    if not LOGIN.fullmatch(login):
        raise BadInput(
            "login.shape",
            _("“%(login)s” can't be a login.") % {"login": login[:60]},
            hint=_("Letters, digits, and . _ - after the first; 60 at most."),
            field="login",
        )
    fields = {
        "name": one_line(name),
        "email": email.strip(),
        "phone": one_line(phone),
        "language": language,
        "is_administrator": administrator,
    }
    person = Person.objects.filter(login=login).first() or Person(login=login)
    if new and person.pk:
        raise BadInput(
            "login.taken",
            _("“%(login)s” is %(name)s already.") % {"login": login, "name": person.name},
            hint=_("Choose another login, or edit that person."),
            field="login",
        )
    if person.pk and person.is_administrator and not administrator:
        _refuse_last_administrator(person)
    for key, value in fields.items():
        setattr(person, key, value)
    if not person.is_active and person.employed_until and person.employed_until <= _today():
        person.employed_until = None  # who comes back stays until somebody says otherwise
    back = not person.is_active
    person.is_active = True
    if not person.password:
        person.set_unusable_password()
    _clean(person, "person.invalid", exclude=["password"])
    person.save()
    wanted = dict(groups)
    _join(person, wanted)
    person.__dict__.pop("roles", None)  # read anew from the memberships just written
    audit.record(PeopleAudit.PERSON_SAVED, actor=actor, subject=person, changes={**fields, "groups": wanted})
    if back:
        emit(EmploymentChanged(person_id=person.pk))
    return person


def _join(person: Person, wanted: Mapping[str, bool]) -> None:
    """The person belongs to these groups and no other: {group code: is lead}."""
    known = {group.code: group for group in Group.objects.filter(code__in=wanted)}
    if unknown := wanted.keys() - known.keys():
        raise BadInput(
            "group.unknown",
            _("There is no group “%(code)s”.") % {"code": ", ".join(sorted(unknown))},
            field="groups",
        )
    person.memberships.exclude(group__code__in=wanted).delete()
    for code, is_lead in wanted.items():
        Membership.objects.update_or_create(person=person, group=known[code], defaults={"is_lead": is_lead})


def _clean(row: Person | Group, code: str, *, exclude: Iterable[str] = ()) -> None:
    try:
        row.clean_fields(exclude=list(exclude))
        row.validate_unique()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput(code, f"{field}: {messages[0]}", field=field) from None


def _refuse_last_administrator(person: Person) -> None:
    if not Person.objects.filter(is_active=True, is_administrator=True).exclude(pk=person.pk).exists():
        raise Refused(
            "person.last_administrator",
            _("%(name)s is the last administrator.") % {"name": person.name},
            hint=_("Make somebody else administrator first."),
            field="administrator",
        )


@transaction.atomic
def leave(actor: Actor, person: Person, *, on: date | None = None, ending: str = "") -> None:
    """The person no longer works here: no login, no token, no new role. What hangs on the row stays.

    `on`: the first day they no longer did, where that was before today; `ending`: why, where it is said.
    """
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    if person.is_administrator:
        _refuse_last_administrator(person)
    last = min(on or person.employed_until or date.max, _today())
    why = Ending(ending or person.employment_ends_by)
    left = Person.objects.filter(pk=person.pk, is_active=True).update(
        is_active=False, employed_until=last, employment_ends_by=why
    )
    if left != 1:
        raise Refused("person.left", _("%(name)s has already left.") % {"name": person.name})
    person.is_active, person.employed_until, person.employment_ends_by = False, last, why
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=clock.now())
    audit.record(PeopleAudit.PERSON_LEFT, actor=actor, subject=person)
    emit(EmploymentChanged(person_id=person.pk))


@transaction.atomic
def plan_departure(actor: Actor, person: Person, *, on: date | None, ending: str = Ending.DEPARTURE) -> None:
    """Keep the first day on which somebody no longer works here (None: they stay), so that holes show before.

    Nothing else happens on that day by itself: an administrator says that they have left (`leave`).
    """
    require(actor, PeoplePermission.PLAN_DEPARTURE, PERMISSIONS)
    today = _today()
    if on is not None and not today <= on <= today + FARTHEST_DEPARTURE:
        raise BadInput(
            "departure.day",
            _("%(day)s can't be the day of a departure: it is past, or too far away.") % {"day": on},
            hint=_("An administrator notes who has left already."),
            field="on",
        )
    if ending not in set(Ending):
        raise BadInput("departure.ending", _("Say “departure” or “contract”."), field="ending")
    before = person.employed_until
    change_one(
        person,
        expect={"is_active": True, "employed_until": before},
        employed_until=on,
        employment_ends_by=Ending(ending),
    )
    audit.record(
        PeopleAudit.DEPARTURE_PLANNED,
        actor=actor,
        subject=person,
        changes={"from": before, "to": on, "ending": ending},
    )
    emit(EmploymentChanged(person_id=person.pk))


def _today() -> date:
    """The day it is at the centre."""
    return clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@transaction.atomic
def show_name(actor: Actor, person: Person, *, public: bool, said_before: bool = False) -> None:
    """Whether the public page may name this person while they are on duty. Only they agree; an administrator may
    take it back for them. The same answer again changes nothing.

    `said_before`: they agreed elsewhere, an administrator vouches for it, and the trace says so.
    """
    own = isinstance(actor, Person) and actor.pk == person.pk
    manages = allowed(actor, PeoplePermission.MANAGE, PERMISSIONS)
    if not own and not (manages and (said_before or not public)):
        raise Forbidden(
            "forbidden.consent",
            _("Only %(name)s can agree to that.") % {"name": person.name},
            hint=_("They do it on their own page, under People."),
        )
    if person.name_public == public:
        return
    change_one(person, expect={"name_public": not public}, name_public=public)
    kind = PeopleAudit.NAME_PUBLIC if public else PeopleAudit.NAME_PRIVATE
    audit.record(kind, actor=actor, subject=person, reason="said before, by a file" if said_before else "")
    emit(NameShown(person_id=person.pk, public=public))


@transaction.atomic
def erase(actor: Actor, person: Person) -> str:
    """Forget who somebody was who left: name, addresses, groups, logins. Their row stays, for what hangs on it.

    Returns what stands in the place of the name.
    """
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    if person.is_active:
        raise Refused(
            "person.works_here",
            _("%(name)s works here.") % {"name": person.name},
            hint=_("Let them leave first."),
        )
    label = f"(erased {person.pk})"
    person.login, person.name, person.email, person.phone = f"erased-{person.pk}", label, "", ""
    person.name_public = False
    person.set_unusable_password()
    person.save()
    person.memberships.all().delete()
    EmailAddress.objects.filter(user_id=person.pk).delete()
    SocialAccount.objects.filter(user_id=person.pk).delete()
    audit.record(PeopleAudit.PERSON_ERASED, actor=actor, subject=person)
    return label


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


@transaction.atomic
def save_group(actor: Actor, *, code: str, name_fr: str, name_en: str, kind: GroupKind) -> Group:
    """Create the group with this code or bring it up to date."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    group = Group.objects.filter(code=code).first() or Group(code=code)
    group.name_fr, group.name_en, group.kind = one_line(name_fr), one_line(name_en), kind
    _clean(group, "group.invalid")
    group.save()
    audit.record(
        PeopleAudit.GROUP_SAVED, actor=actor, subject=group, changes={"name_en": name_en, "kind": kind}
    )
    return group


@transaction.atomic
def pass_lead(actor: Actor, group: Group, giver: Person, taker: Person) -> None:
    """Another member leads the group in place of `giver`, who stays a member of it."""
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)
    mine = Membership.objects.filter(group=group, person=giver, is_lead=True).first()
    theirs = Membership.objects.filter(group=group, person=taker).first()
    if mine is None or theirs is None or not taker.is_active:
        raise Refused(
            "lead.not_members",
            _("%(giver)s leads this group no more, or %(taker)s is not a member of it.")
            % {"giver": giver.name, "taker": taker.name},
            hint=_("Edit the person who is to lead, and put them into the group first."),
        )
    change_one(mine, expect={"is_lead": True}, is_lead=False)
    if not theirs.is_lead:
        change_one(theirs, expect={"is_lead": False}, is_lead=True)
    for person in (giver, taker):
        person.__dict__.pop("roles", None)
    audit.record(
        PeopleAudit.LEAD_PASSED,
        actor=actor,
        subject=group,
        changes={"from": giver.login, "to": taker.login},
    )


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
    label = one_line(label)
    if not label or len(label) > LABEL_LIMIT:
        raise BadInput(
            "token.label",
            _("Say in a few words what the token is for (120 characters at most)."),
            field="label",
        )
    if not person.is_active:
        raise Refused("person.left", _("%(name)s has already left.") % {"name": person.name})
    if expires_at and expires_at <= clock.now():
        raise BadInput("token.expired", _("The token would have expired already."), field="expires_at")
    if not wanted:
        raise BadInput("scope.none", _("A token needs at least one scope."), field="scopes")
    if person.tokens.filter(label=label, revoked_at__isnull=True).exists():
        raise Refused(
            "token.same_label",
            _("%(name)s has a token “%(label)s” already.") % {"name": person.name, "label": label},
            hint=_("Revoke that one first, or choose another label."),
            field="label",
        )
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


USE_NOTED_EVERY = timedelta(minutes=5)


def note_use(token: ApiToken) -> None:
    """Keep when a token was last used, to the five minutes: a script that asks all day does not write all day."""
    now = clock.now()
    if token.last_used_at is None or abs(now - token.last_used_at) >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
