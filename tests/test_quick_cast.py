"""The cast that is said again is the cast that its verbs would write."""

import re

import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction

from tests.support.cast import make_cast
from tests.support.quick_cast import quick_cast
from vigie.kernel.clock import Clock


def written() -> str:
    ours = [model for model in apps.get_models() if model.__module__.startswith("vigie.")]
    rows = [
        row for model in ours for row in model._default_manager.order_by("pk")
    ]  # Django's documented name
    text = serializers.serialize("json", rows, indent=1)
    return re.sub(
        r'"password": "![^"]*"', "", text
    )  # that nobody can log in with one is said by chance letters


@pytest.mark.sqlite
def test_the_quick_cast_is_the_cast(db: None, clock: Clock):
    found = []
    for make in (make_cast, quick_cast, quick_cast):
        with transaction.atomic():
            cast = make()
            found.append((written(), cast.lucie.pk, cast.support.code, sorted(map(str, cast.lucie.roles))))
            transaction.set_rollback(True)
    assert found[0] == found[1] == found[2]
