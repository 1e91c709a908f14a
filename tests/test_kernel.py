"""What every domain relies on: audit stays, moves are checked, changes demand one row, events are not lost."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import DatabaseError, transaction

from tests.support.cast import Cast
from vigie.kernel import audit
from vigie.kernel.access import Permission, System, allowed
from vigie.kernel.clock import Clock
from vigie.kernel.errors import Conflict, Refused
from vigie.kernel.events import Event, dispatch_due, emit, latest_id
from vigie.kernel.lifecycle import Lifecycle, change_one
from vigie.kernel.models import AuditRow, Dispatch, EventRow
from vigie.outages.lifecycle import OUTAGE
from vigie.people.events import PeopleAudit
from vigie.people.models import Person


class Rang(Event):
    kind: ClassVar[str] = "test.rang"


def test_the_clock_takes_no_naive_time_and_ticks_only_when_it_travels():
    clock = Clock()
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2026, 11, 22))
    with pytest.raises(ValueError, match="travels"):
        clock.tick(minutes=1)
    with clock.travel(datetime(2028, 2, 29, tzinfo=UTC)) as moved:
        assert moved.tick(days=1) == datetime(2028, 3, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_whatever_was_typed_its_trace_can_be_written(cast: Cast):
    typed = {"name": "Ni\x00ght", "lines": ["a\u202eb", {"deep\x00": "\ud800c"}], "n": 3}
    row = audit.record(PeopleAudit.PERSON_SAVED, actor=cast.ada, subject=cast.amina, changes=typed)
    row.refresh_from_db()
    assert row.changes == {"name": "Night", "lines": ["ab", {"deep": "c"}], "n": 3}


def test_audit_rows_can_neither_be_changed_nor_deleted(cast: Cast):
    row = audit.record(
        PeopleAudit.PERSON_SAVED, actor=cast.ada, subject=cast.amina, changes={"at": cast.amina}
    )
    assert (row.actor_label, row.subject_id) == ("Ada Clerc", str(cast.amina.pk))
    for attempt in (lambda: AuditRow.objects.filter(pk=row.pk).update(reason="x"), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert AuditRow.objects.filter(pk=row.pk, reason="").exists()


def test_a_move_outside_the_table_is_refused_and_one_made_by_somebody_else_is_a_conflict(cast: Cast):
    assert OUTAGE.permits("ongoing", "ended")
    with pytest.raises(Refused):
        OUTAGE.check("reviewed", "ongoing")
    table = Lifecycle("person", {"fr": {"en": "changes language"}, "en": {}})
    mine, theirs = Person.objects.get(pk=cast.amina.pk), Person.objects.get(pk=cast.amina.pk)
    table.move(theirs, "en", field="language")
    with pytest.raises(Conflict):
        table.move(mine, "en", field="language")
    with pytest.raises(Conflict):
        change_one(mine, expect={"language": "fr"}, name="Somebody Else")


def test_every_lifecycle_move_says_why_it_exists():
    assert all(why for moves in OUTAGE.moves.values() for why in moves.values())


def test_vigie_itself_holds_every_permission_and_a_forgotten_one_is_nobodys(cast: Cast):
    class Some(Permission):
        THING = "some.thing"

    assert allowed(System(), Some.THING, {})
    assert not allowed(cast.ada, Some.THING, {})


@pytest.mark.django_db(transaction=True)
def test_news_outside_the_transaction_of_its_change_is_an_error():
    with pytest.raises(RuntimeError, match="outside a transaction"):
        emit(Rang())


def test_an_event_is_settled_when_every_reaction_ran_and_news_without_reaction_at_once(
    db: None, clock: Clock
):
    before = latest_id()
    emit(Rang())
    assert latest_id() > before
    heard: list[str] = []
    table = {"test.rang": [("a", lambda _news: heard.append("a")), ("b", lambda _news: heard.append("b"))]}
    assert dispatch_due(table) == 2
    assert dispatch_due(table) == 0
    assert heard == ["a", "b"]
    emit(Rang())
    dispatch_due({})
    assert not EventRow.objects.filter(settled=False).exists()


def test_a_reaction_that_always_fails_is_set_apart_for_a_person(db: None, clock: Clock):
    emit(Rang())

    def fails(_news: object) -> None:
        raise ValueError("never")

    for _ in range(40):
        dispatch_due({"test.rang": [("fails", fails)]})
        clock.tick(hours=1)
    row = Dispatch.objects.get()
    assert row.set_apart
    assert "never" in row.last_error
    assert not EventRow.objects.filter(settled=False).exists()
