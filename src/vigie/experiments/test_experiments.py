"""Experiments: who is told, once each, and who may change that."""

import pytest
from tests.support.cast import Cast

from vigie.experiments import actions, queries
from vigie.experiments.models import Contact
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Missing, Refused


def test_support_edits_experiments_and_operations_does_not(cast: Cast):
    for person in (cast.amina, cast.bruno):
        with pytest.raises(Forbidden):
            actions.save_experiment(person, code="vega", name="Vega")
        with pytest.raises(Forbidden):
            actions.save_contact(person, cast.orion, name="X")
        with pytest.raises(Forbidden):
            actions.close_experiment(person, cast.orion)
    vega = actions.save_experiment(cast.lucie, code="vega", name=" Vega\n2 ", uses=["farm"], new=True)
    assert vega.name == "Vega 2"
    with pytest.raises(BadInput):
        actions.save_experiment(cast.lucie, code="vega", name="Other", new=True)
    with pytest.raises(BadInput) as refusal:
        actions.save_experiment(cast.lucie, code="vega", name="Vega", uses=["nothing"])
    assert refusal.value.field == "uses"


def test_one_address_is_told_once_with_every_reason(cast: Cast):
    actions.save_contact(
        cast.lucie, cast.lyra, name="Roche, Jean", address="Jean.Roche@centre.test", language="en"
    )
    found = queries.contacts_of([cast.orion, cast.lyra])
    (jean,) = [reach for reach in found if reach.address.lower() == "jean.roche@centre.test"]
    assert (jean.language, jean.experiments) == ("fr", ("Orion", "Lyra"))
    assert [reach.name for reach in found if not reach.address] == ["No Address"]


def test_a_contact_can_be_renamed_and_removed(cast: Cast):
    jean = Contact.objects.get(name="Jean Roche")
    actions.save_contact(cast.lucie, cast.orion, name="Jeanne Roche", address=jean.address, contact=jean)
    assert [row.name for row in cast.orion.contacts.all()] == ["Jeanne Roche", "Orion list"]
    actions.remove_contact(cast.lucie, jean)
    with pytest.raises((Conflict, Missing)):
        actions.remove_contact(cast.lucie, queries.contact_of(cast.orion, 10**6))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"address": "a@b\nBcc: c@d.test"}, "address"),
        ({"address": "nobody"}, "address"),
        ({"language": "de"}, "language"),
        ({"role": "boss"}, "role"),
    ],
)
def test_a_bad_contact_names_its_field(cast: Cast, fields: dict, field: str):
    with pytest.raises(BadInput) as refusal:
        actions.save_contact(
            cast.lucie, cast.orion, **{"name": "Zoë", "address": "zoe@centre.test", **fields}
        )
    assert refusal.value.field == field


def test_who_has_ended_is_told_no_more(cast: Cast):
    actions.close_experiment(cast.lucie, cast.lyra)
    assert queries.users_of([cast.farm]) == [cast.orion]
    with pytest.raises(Refused):
        actions.close_experiment(cast.lucie, cast.lyra)
    with pytest.raises(Missing):
        queries.experiment_by_code("nothing")
