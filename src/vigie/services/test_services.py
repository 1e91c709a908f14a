"""The catalogue: what hangs on what, what an alarm means, and who may change it."""

import pytest
from tests.support.cast import Cast

from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.services import actions, queries
from vigie.services.rules import closure, match_alarm

TEXTS = {"name_fr": "Bandes", "name_en": "Tape", "plain_fr": "l’archive", "plain_en": "the archive"}


def test_what_hangs_on_something_is_found_through_others_and_circles():
    assert closure([1], [(2, 1), (3, 2), (1, 3), (9, 8)]) == {1, 2, 3}


@pytest.mark.parametrize(
    ("labels", "service"),
    [
        ({"instance": "NFS01.centre.test:9100"}, 7),
        ({"job": "unknown", "host": "nfs01"}, 7),
        ({"vigie_service": "disk", "host": "nfs01"}, 4),
        ({"host": "nfs011"}, None),
        ({}, None),
    ],
)
def test_an_alarm_means_the_first_label_with_a_known_name(labels: dict, service: int | None):
    assert match_alarm(labels, {"nfs01": 7, "disk": 4}) == service


def test_leads_and_administrators_edit_the_catalogue(cast: Cast):
    for person in (cast.amina, cast.lucie):
        with pytest.raises(Forbidden):
            actions.save_service(person, code="tape", **TEXTS)
        with pytest.raises(Forbidden):
            actions.retire_service(person, cast.site)
    tape = actions.save_service(
        cast.sara, code="tape", **TEXTS, needs=["storage"], alarm_names=["Robot1", "robot1", " "], new=True
    )
    assert [row.name for row in tape.alarm_names.all()] == ["robot1"]
    assert tape in queries.touched_by([cast.storage])
    with pytest.raises(BadInput):
        actions.save_service(cast.sara, code="tape", **TEXTS, new=True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"name_en": " "}, "name_en"),
        ({"needs": ["nothing"]}, "needs"),
        ({"needs": ["tape"]}, "needs"),
        ({"alarm_names": ["DCACHE-door01"]}, "alarm_names"),
        ({"alarm_names": ["x" * 300]}, "alarm_names"),
        ({"plain_fr": "x" * 201}, "plain_fr"),
    ],
)
def test_a_bad_line_names_its_field_and_changes_nothing(cast: Cast, fields: dict, field: str):
    with pytest.raises(BadInput) as refusal:
        actions.save_service(cast.sara, **{"code": "tape", **TEXTS, **fields})
    assert refusal.value.field == field
    assert not queries.catalogue().filter(code="tape").exists()


def test_a_service_retires_when_nothing_needs_it_and_may_come_back(cast: Cast):
    with pytest.raises(Refused, match="farm"):
        actions.retire_service(cast.sara, cast.storage)
    actions.retire_service(cast.sara, cast.site)
    with pytest.raises(Refused):
        actions.retire_service(cast.sara, cast.site)
    assert cast.site not in queries.catalogue()
    assert queries.service_by_code("site") == cast.site
    actions.save_service(cast.sara, code="site", **TEXTS)
    assert cast.site in queries.catalogue()
