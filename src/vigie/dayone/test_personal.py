"""What is kept about somebody: told completely, forgotten on demand and when its time is over; the trace stays."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.db import DatabaseError, transaction

from vigie.dayone import actions
from vigie.dayone.actions import personal
from vigie.dayone.models import Upload
from vigie.experiments.actions import save_accounts
from vigie.experiments.models import Contact, FarmAccount
from vigie.experiments.rules import Account
from vigie.kernel.access import System
from vigie.kernel.errors import Forbidden, Missing, Refused
from vigie.kernel.models import AuditRow
from vigie.outages.actions import declare_sudden, log_fact
from vigie.people.actions import leave, save_person
from vigie.people.models import Person

VIGIE = System()


def everything() -> str:
    """Every row of every table, as text."""
    rows = [
        row
        for model in apps.get_models()
        for row in serializers.serialize("python", model._default_manager.all())
    ]
    return json.dumps(rows, default=str, ensure_ascii=False)


@pytest.fixture
def outage(cast):
    outage = declare_sudden(cast.amina, services={"site": "down"}).outage
    log_fact(cast.amina, outage, "The door is open.")
    return outage


def test_everything_about_a_person_is_told_without_secrets(cast, outage):
    found = personal.about(cast.ada, personal.whom("amina"))
    assert found["people.person"][0]["login"] == "amina"
    assert {
        "duty.shift",
        "outages.fact",
        "outages.outage",
        "people.membership",
        "kernel.auditrow",
    } <= found.keys()
    assert "password" not in found["people.person"][0]
    with pytest.raises(Forbidden):
        personal.about(cast.odile, personal.whom("amina"))


def test_everything_about_an_outside_address_is_told(cast):
    save_accounts(cast.ada, [Account("farm", "jroche", "orion", "Jean Roche", "Jean.Roche@centre.test")])
    found = personal.about(cast.ada, personal.whom("jean.roche@centre.test"))
    assert {"experiments.contact", "experiments.farmaccount"} <= found.keys()
    with pytest.raises(Missing):
        personal.whom("nobody@centre.test")
    with pytest.raises(Missing):
        personal.whom("")


def test_who_works_here_is_not_erased(cast):
    with pytest.raises(Refused, match="works here"):
        personal.forget(cast.ada, personal.whom("amina"))
    assert Person.objects.get(login="amina").email


def test_an_erased_person_is_nowhere_by_name_and_what_they_did_stays(cast, outage):
    save_person(
        cast.ada,
        login="amina",
        name="Amina Martin",
        email="amina@centre.test",
        phone="42 99",
        groups=[("ops", False)],
    )
    before = AuditRow.objects.count()
    leave(cast.ada, cast.amina)
    label = personal.forget(cast.ada, personal.whom("amina"))
    said = everything()
    assert "Amina Martin" not in said
    assert "amina@centre.test" not in said
    assert AuditRow.objects.count() > before
    assert AuditRow.objects.filter(actor_id=str(cast.amina.pk), actor_label=label).exists()
    assert outage.facts.filter(author_label=label).exists()
    assert "42 99" not in json.dumps(list(AuditRow.objects.values_list("changes", flat=True)))
    with pytest.raises(Missing):
        personal.whom("amina")


def test_an_outside_address_is_forgotten_lists_stay(cast):
    save_accounts(cast.ada, [Account("farm", "jroche", "orion", "Jean Roche", "jean.roche@centre.test")])
    personal.forget(cast.ada, personal.whom("jean.roche@centre.test"))
    assert "jean.roche@centre.test" not in everything()
    account = FarmAccount.objects.get()
    assert (account.username, account.mail, account.person_name) == ("jroche", "", "")
    assert Contact.objects.filter(role="list").exists()


def test_the_trace_lets_a_name_go_and_nothing_else(cast):
    row = AuditRow.objects.latest("pk")
    for change in (
        {"kind": "x"},
        {"actor_id": "9"},
        {"at": row.at + timedelta(1)},
        {"actor_label": "Somebody"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditRow.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRow.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRow.objects.filter(pk=row.pk).update(actor_label="(erased 1)", subject_id="7")
    AuditRow.objects.filter(pk=row.pk).update(actor_label="(erased 1)")


def test_what_is_too_old_is_forgotten_by_itself(cast, clock):
    save_accounts(
        cast.ada,
        [
            Account("farm", "old", "", "Old", "old@x.test", active=False),
            Account("farm", "new", "", "New", "new@x.test"),
        ],
    )
    actions.keep(cast.ada, "experiments", name="a.csv", content=b"code,name\nnova,Nova\n", toml=False)
    leave(cast.ada, cast.bruno)
    clock.tick(days=29)
    assert personal.apply_retention() == 0
    clock.tick(days=2)
    assert personal.apply_retention() == 1
    assert not Upload.objects.exists()
    clock.tick(days=335)
    assert personal.apply_retention() == 1
    assert set(FarmAccount.objects.values_list("username", "mail")) == {("old", ""), ("new", "new@x.test")}
    clock.tick(days=731)
    assert personal.apply_retention() == 1
    assert Person.objects.get(pk=cast.bruno.pk).name == f"(erased {cast.bruno.pk})"
    assert "Bruno Leroy" not in everything()
    assert personal.apply_retention() == 0
