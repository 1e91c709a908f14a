"""Verbs over persons and tokens."""

from datetime import timedelta

import pytest
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.models import AuditRow
from vigie.people import actions
from vigie.people.models import ApiToken, Person
from vigie.people.queries import actor_for_token, groups, staff
from vigie.people.rules import GroupKind, Scope, one_line, roles_of


def test_roles_come_from_groups():
    assert roles_of([("operations", False)], administrator=False) == {"operator"}
    assert roles_of([("support", True)], administrator=True) == {"support", "lead", "administrator"}
    assert roles_of([("other", True)], administrator=False) == frozenset()


def test_a_name_is_one_line():
    assert one_line(" Zoë\n\x00Du|pont\t ") == "Zoë Du|pont"


def test_only_an_administrator_manages_people(cast: Cast):
    for person in (cast.amina, cast.odile, cast.sara):
        with pytest.raises(Forbidden):
            actions.save_person(person, login="x", name="X")
        with pytest.raises(Forbidden):
            actions.save_group(person, code="g", name_fr="G", name_en="G", kind=GroupKind.OTHER)
        with pytest.raises(Forbidden):
            actions.make_token(person, person, label="x", scopes=[Scope.READ])
        with pytest.raises(Forbidden):
            actions.set_password(person, person, "correct horse battery")


def test_a_new_person_has_roles_and_no_password(cast: Cast):
    ines = actions.save_person(cast.ada, login="ines", name="Inès\nCosta", groups=[("ops", True)], new=True)
    assert (ines.name, ines.roles) == ("Inès Costa", {"operator", "lead"})
    assert not Person.objects.get(pk=ines.pk).has_usable_password()
    with pytest.raises(BadInput, match="Inès"):
        actions.save_person(cast.ada, login="ines", name="Another", new=True)
    moved = actions.save_person(cast.ada, login="ines", name="Inès Costa", groups=[("support", False)])
    assert moved.roles == {"support"}


@pytest.mark.parametrize("login", ["", "a b", "../x", "é", "+add", "a\nb", "x" * 61, "<b>"])
def test_a_login_can_stand_in_an_address(cast: Cast, login: str):
    with pytest.raises(BadInput):
        actions.save_person(cast.ada, login=login, name="X")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"email": "not a mail"},
        {"name": "x" * 121},
        {"language": "de"},
        {"groups": [("none", False)]},
    ],
)
def test_what_can_not_be_saved_names_its_field(cast: Cast, fields: dict):
    with pytest.raises(BadInput) as refusal:
        actions.save_person(cast.ada, **{"login": "zoe", "name": "Zoë", **fields})
    assert refusal.value.field == next(iter(fields))
    assert not Person.objects.filter(login="zoe").exists()


def test_there_is_always_an_administrator(cast: Cast):
    with pytest.raises(Refused):
        actions.leave(cast.ada, cast.ada)
    with pytest.raises(Refused):
        actions.save_person(cast.ada, login="ada", name="Ada Clerc")
    actions.save_person(
        cast.ada, login="odile", name="Odile Perrin", groups=[("ops", True)], administrator=True
    )
    actions.leave(cast.ada, cast.ada)
    assert cast.ada not in staff()


def test_who_leaves_takes_tokens_along_and_can_come_back(cast: Cast):
    _row, secret = actions.make_token(cast.ada, cast.bruno, label="probe", scopes=[Scope.READ])
    assert actor_for_token(secret, Scope.READ)
    actions.leave(cast.ada, cast.bruno)
    assert actor_for_token(secret, Scope.READ) is None
    with pytest.raises(Refused):
        actions.leave(cast.ada, cast.bruno)
    assert Person.objects.get(login="bruno").roles == frozenset()
    back = actions.save_person(cast.ada, login="bruno", name="Bruno Leroy", groups=[("ops", False)])
    assert back.is_active
    assert actor_for_token(secret, Scope.READ) is None


def test_a_token_is_narrow_and_expires(cast: Cast):
    row, secret = actions.make_token(
        cast.ada, cast.bruno, label="probe", scopes=["read"], expires_at=SUNDAY + timedelta(days=1)
    )
    assert secret not in str(vars(row))
    assert actor_for_token(secret, Scope.DECLARE) is None
    for bad in (
        {"scopes": []},
        {"scopes": ["fly"]},
        {"label": "  "},
        {"expires_at": SUNDAY},
    ):
        with pytest.raises(BadInput):
            actions.make_token(cast.ada, cast.bruno, **{"label": "other", "scopes": ["read"], **bad})
    with pytest.raises(Refused):
        actions.make_token(cast.ada, cast.bruno, label="probe", scopes=["read"])  # a second click
    actions.revoke_token(cast.ada, row)
    assert actor_for_token(secret, Scope.READ) is None
    assert ApiToken.objects.count() == 1


def test_a_weak_password_is_refused_with_its_reason(cast: Cast):
    for weak in ("short", "password1234", "bruno leroy!"):
        with pytest.raises(BadInput):
            actions.set_password(cast.ada, cast.bruno, weak)
    actions.set_password(cast.ada, cast.bruno, "quatre chats sur un mur")
    assert Person.objects.get(login="bruno").check_password("quatre chats sur un mur")


def test_groups_stand_in_the_order_of_the_house(cast: Cast):
    actions.save_group(
        cast.ada, code="admin", name_fr="Administration", name_en="Administration", kind=GroupKind.OTHER
    )
    assert [group.code for group in groups()] == ["ops", "support", "admin"]


def test_only_they_agree_to_be_named_and_an_administrator_may_take_it_back(cast: Cast):
    assert not cast.amina.name_public
    for other in (cast.odile, cast.ada):
        with pytest.raises(Forbidden):
            actions.show_name(other, cast.amina, public=True)
    actions.show_name(cast.amina, cast.amina, public=True)
    actions.show_name(cast.amina, cast.amina, public=True)
    assert AuditRow.objects.filter(kind="person.name_public").count() == 1
    with pytest.raises(Forbidden):
        actions.show_name(cast.odile, cast.amina, public=False)
    actions.show_name(cast.ada, cast.amina, public=False)
    cast.amina.refresh_from_db()
    assert not cast.amina.name_public
