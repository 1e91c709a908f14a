"""The rows that are said again are the rows that their verbs would write."""

import re

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.db import transaction

from tests.support.cast import Cast, make_cast
from tests.support.kept import kept
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.people.actions import save_group
from vigie.people.rules import GroupKind


def written() -> str:
    ours = [model for model in apps.get_models() if model.__module__.startswith("vigie.")]
    rows = [
        row for model in ours for row in model._default_manager.order_by("pk")
    ]  # Django's documented name
    text = serializers.serialize("json", rows, indent=1)
    return re.sub(
        r'"password": "![^"]*"', "", text
    )  # that nobody can log in with one is said by chance letters


class Maker:
    """Counts how often the verbs ran."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Cast:
        self.times += 1
        return make_cast()


def test_what_is_said_again_is_what_the_verbs_wrote(db: None, clock: Clock):
    maker, found = Maker(), []
    for _again in range(3):
        with transaction.atomic():
            cast = kept("said again", maker)
            found.append((written(), cast.lucie.pk, cast.support.code, sorted(map(str, cast.lucie.roles))))
            transaction.set_rollback(True)
    assert found[0] == found[1] == found[2]
    assert maker.times == 1


@pytest.mark.parametrize("change", ["time", "rows"])
def test_the_verbs_run_where_they_might_write_something_else(db: None, clock: Clock, change: str):
    maker = Maker()
    for again in range(2):
        with transaction.atomic():
            if again and change == "time":
                clock.tick(minutes=1)
            if again and change == "rows":
                save_group(System(), code="x", name_fr="X", name_en="X", kind=GroupKind.SUPPORT)
            kept(f"another {change}", maker)
            transaction.set_rollback(True)
    assert maker.times == 2


@pytest.mark.django_db(transaction=True)
def test_it_is_said_again_where_each_verb_commits(clock: Clock):
    maker = Maker()
    call_command("flush", interactive=False, verbosity=0)  # what migrations wrote is gone after the first
    made = [kept("each verb commits", maker).lucie.pk]
    call_command("flush", interactive=False, verbosity=0)
    made.append(kept("each verb commits", maker).lucie.pk)
    assert made[0] == made[1]
    assert maker.times == 1
