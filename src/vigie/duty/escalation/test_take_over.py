"""The escalations of the first engine are there after the upgrade, with every step that they took."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.support.cast import SUNDAY

pytestmark = pytest.mark.slow
BEFORE = [("duty", "0002_rota"), ("escalation", "0001_initial")]


def migrated(targets: list[tuple[str, str]]) -> Any:
    """Go to these migrations, back or forth; the models as they stand then."""
    MigrationExecutor(connection).migrate(targets)
    loader = MigrationExecutor(connection).loader
    return loader.project_state(list(loader.applied_migrations)).apps


@pytest.fixture
def old(transactional_db: None) -> Iterator[Any]:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield migrated(BEFORE)
    migrated(newest)


def test_what_climbed_goes_on_climbing_and_what_was_stays(old: Any):
    person = old.get_model("people", "Person").objects.create(login="amina", name="Amina Martin")
    rungs = [
        {"kind": "person", "ref": "1", "after": 0.0},
        {"kind": "duty", "ref": "support:2", "after": 600.0},
        {"kind": "leads", "ref": "support", "after": 600.0},
    ]
    rows = old.get_model("duty", "Escalation").objects
    words = {"what_fr": "En retard", "what_en": "Overdue", "path": "/outages/1", "rungs": rungs}
    opened = rows.create(key="update:1", told=1, opened_at=SUNDAY, **words)
    opened.steps.create(rung=0, person=person, at=SUNDAY + timedelta(minutes=1))
    opened.steps.create(rung=1, at=SUNDAY + timedelta(minutes=10), note="no lead")
    closed = SUNDAY - timedelta(days=1)
    rows.create(key="update:1", told=3, opened_at=closed, closed_at=SUNDAY, closed_why="done", **words)
    rows.create(key="bare", opened_at=SUNDAY, **(words | {"rungs": []}))

    new = migrated([("duty", "0003_one_engine"), ("escalation", "0002_take_over")])
    found = new.get_model("escalation", "Escalation").objects
    first = found.get(key="update:1", closed_at__isnull=True)
    assert [rung["wait"] for rung in first.plan["rungs"]] == [0.0, 600.0, 0.0]  # counted from the rung before
    assert [rung["ref"] for rung in first.plan["rungs"]] == ["1", "support:2", "support"]
    assert (first.called, first.opened_at) == (1, SUNDAY)
    assert first.moved_at == SUNDAY + timedelta(minutes=10)
    steps = new.get_model("escalation", "EscalationStep").objects.filter(escalation=first).order_by("at")
    assert list(steps.values_list("kind", "number", "person_id", "note")) == [
        ("called", 0, person.pk, ""),
        ("nobody", 1, None, "no lead"),
    ]
    assert found.get(key="update:1", closed_at=SUNDAY).closed_why == "done"
    bare = found.get(key="bare")
    assert (bare.plan["rungs"], bare.moved_at) == ([], None)
    assert found.count() == 3
    assert "duty_escalation" not in connection.introspection.table_names()
