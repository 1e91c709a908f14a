"""Groups and people."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from vigie.dayone import columns
from vigie.dayone.columns import Column
from vigie.dayone.kind import Kind, Values, day, texts
from vigie.kernel.access import Actor, require
from vigie.people.actions import (
    PERMISSIONS,
    PeoplePermission,
    leave,
    plan_departure,
    save_group,
    save_person,
    show_name,
)
from vigie.people.models import Group, Person
from vigie.people.queries import groups
from vigie.people.rules import Ending, GroupKind, one_line

LEAD = ":lead"


def _may(actor: Actor) -> None:
    require(actor, PeoplePermission.MANAGE, PERMISSIONS)


def _groups(_rows: Sequence[Values] | None) -> Iterable[Values]:
    for group in groups():
        yield {
            "code": group.code,
            "name_fr": one_line(group.name_fr),
            "name_en": one_line(group.name_en),
            "kind": str(group.kind),
        }


def _save_group(actor: Actor, row: Values) -> Group:
    return save_group(
        actor,
        code=str(row["code"]),
        name_fr=str(row["name_fr"]),
        name_en=str(row["name_en"]),
        kind=GroupKind(str(row["kind"])),
    )


GROUPS = Kind(
    name="groups",
    title=_("Groups"),
    about=_("Operations, Support and any other group of people."),
    columns=(
        Column("code", _("short name, without spaces"), columns.text, needed=True),
        Column("name_fr", _("name in French"), columns.text, needed=True, aliases=frozenset({"nom"})),
        Column("name_en", _("name in English"), columns.text, needed=True),
        Column(
            "kind", "operations, support, other", columns.one_of("other", "operations", "support"), "other"
        ),
    ),
    key=("code",),
    require=_may,
    present=_groups,
    save=_save_group,
)


def _people(_rows: Sequence[Values] | None) -> Iterable[Values]:
    for person in Person.objects.order_by("login").prefetch_related("memberships__group"):
        belongs = (f"{one.group.code}{LEAD if one.is_lead else ''}" for one in person.memberships.all())
        yield {
            "login": person.login,
            "name": one_line(person.name),
            "email": person.email,
            "phone": one_line(person.phone),
            "language": person.language,
            "groups": tuple(sorted(belongs)),
            "administrator": person.is_administrator,
            "employed_until": person.employed_until or "",
            "ends_by": str(person.employment_ends_by),
            "name_public": person.name_public,
            "active": person.is_active,
        }


def _save_person(actor: Actor, row: Values) -> Person:
    person = save_person(
        actor,
        login=str(row["login"]),
        name=str(row["name"]),
        email=str(row["email"]),
        phone=str(row["phone"]),
        language=str(row["language"]),
        administrator=bool(row["administrator"]),
        groups=[(code.removesuffix(LEAD), code.endswith(LEAD)) for code in texts(row, "groups")],
    )
    until, ending = day(row, "employed_until"), str(row["ends_by"])
    if bool(row["name_public"]) != person.name_public:
        show_name(actor, person, public=bool(row["name_public"]), said_before=True)
    if not row["active"]:
        leave(actor, person, on=until, ending=ending)
    elif until != person.employed_until or (until and ending != person.employment_ends_by):
        plan_departure(actor, person, on=until, ending=ending)
    return person


PEOPLE = Kind(
    name="people",
    title=_("People"),
    about=_("Everyone who works at the desk, with their groups."),
    columns=(
        Column("login", _("as they log in"), columns.text, needed=True, aliases=frozenset({"identifiant"})),
        Column("name", _("full name"), columns.text, needed=True, aliases=frozenset({"nom"})),
        Column("email", _("mail address"), columns.text, aliases=frozenset({"mail", "e-mail", "courriel"})),
        Column("phone", _("phone"), columns.text, aliases=frozenset({"téléphone", "telephone"})),
        Column("language", "fr, en", columns.one_of("fr", "en"), "fr", aliases=frozenset({"langue"})),
        Column(
            "groups",
            _("codes of groups, separated by spaces; a lead: ops:lead"),
            columns.codes,
            (),
            aliases=frozenset({"group", "groupe", "groupes"}),
        ),
        Column(
            "administrator",
            _("yes or no"),
            columns.flag,
            default=False,
            aliases=frozenset({"administrateur"}),
        ),
        Column("employed_until", _("first day no longer here, if it is known"), columns.day),
        Column("ends_by", ", ".join(Ending), columns.one_of(*Ending), Ending.DEPARTURE.value),
        Column(
            "name_public",
            _("yes: agreed to be named on the public page while on duty"),
            columns.flag,
            default=False,
        ),
        Column(
            "active",
            _("no: has left"),
            columns.flag,
            default=True,
            aliases=frozenset({"actif", "works_here"}),
        ),
    ),
    key=("login",),
    require=_may,
    present=_people,
    save=_save_person,
)
