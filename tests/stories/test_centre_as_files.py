"""Story: the whole invented centre is carried away as files and brought in again; then somebody asks to be forgotten."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core import serializers
from django.utils import translation

from vigie.dayone import actions
from vigie.dayone.actions import personal
from vigie.dayone.export import FORMATS, export
from vigie.dayone.kinds import KINDS
from vigie.demo.run import prepare
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.people.actions import leave
from vigie.people.models import Person

pytestmark = pytest.mark.slow
VIGIE = System()


@pytest.fixture
def valmorin(db: None, clock: Clock, tmp_path: Path) -> Clock:
    """The filled demo, at the story's Sunday afternoon."""
    prepare(tmp_path)
    return clock


def test_a_whole_centre_carried_away_comes_back_unchanged(valmorin: Clock):
    for name, kind in KINDS.items():
        for shape in FORMATS:
            source = export(VIGIE, kind, shape)
            seen = actions.look(VIGIE, kind, source.encode(), toml=shape == "toml")
            found = list(seen.steps), list(seen.bad), list(seen.absent), list(seen.unread)
            assert found == ([], [], [], []), name
            assert seen.unchanged > 0 or name == "qualifications", name


def rows_with(words: str) -> dict[str, str]:
    """{table: its first row} where the words still stand, in whatever column."""
    found = {}
    for model in apps.get_models():
        for row in serializers.serialize("python", model._default_manager.all()):
            text = json.dumps(row, default=str, ensure_ascii=False)
            if words.lower() in text.lower():
                found.setdefault(model._meta.label_lower, text[:3000])
    return found


def test_who_is_erased_stands_nowhere_by_name(valmorin: Clock):
    ada = Person.objects.get(login="ada")
    for login in ("amina", "lucie"):
        who = Person.objects.get(login=login)
        name, address = who.name, who.email
        with translation.override("en"):
            leave(ada, who)
            personal.forget(ada, personal.whom(login))
        assert rows_with(address) == {}
        assert rows_with(name) == {}
