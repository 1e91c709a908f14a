"""The quick reader and the ORM must never disagree about who is on duty."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from tests.support.cast import SUNDAY, Cast, make_cast

from vigie.duty import queries, quick
from vigie.duty.models import Shift
from vigie.people.models import Person


@pytest.fixture
def written(transactional_db, clock) -> Cast:
    """The cast, committed: the quick reader has a connection of its own."""
    return make_cast()


def both(t: datetime, code: str = "") -> tuple[list[tuple], list[tuple]]:
    by_orm = [
        (row.duty.code, row.level, row.person.login, row.since, row.until)
        for row in queries.on_duty(t, code or None)
    ]
    by_sql = [
        (row.duty, row.level, row.login, row.since, row.until)
        for row in quick.on_duty(settings.DATABASES["default"], t, code)
    ]
    return by_orm, by_sql


def test_they_agree_on_the_cast_at_its_edges(written: Cast):
    begin, end = SUNDAY - timedelta(hours=4), SUNDAY + timedelta(hours=6)
    tick = timedelta(microseconds=1)
    for t in (begin - tick, begin, begin + tick, SUNDAY, end - tick, end, end + tick):
        by_orm, by_sql = both(t)
        assert by_orm == by_sql
    assert len(both(SUNDAY, "support")[1]) == 2
    assert quick.codes(settings.DATABASES["default"]) == ["production", "support"]


def test_who_left_is_on_duty_for_neither(written: Cast):
    Person.objects.filter(login="amina").update(is_active=False)
    by_orm, by_sql = both(SUNDAY)
    assert by_orm == by_sql
    assert "amina" not in {row[2] for row in by_sql}


shift = st.tuples(
    st.integers(0, 6), st.integers(1, 3), st.integers(0, 2000), st.integers(1, 900), st.booleans()
)


@hypothesis(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(shift, max_size=12), at=st.integers(0, 2500))
def test_they_agree_on_any_rota(written: Cast, rows, at):
    people = list(Person.objects.order_by("login"))
    start = datetime(2027, 3, 27, 12, tzinfo=UTC)  # over the night that loses an hour
    Shift.objects.all().delete()
    for person, level, begins, lasts, support in rows:
        begin = start + timedelta(minutes=begins)
        Shift.objects.get_or_create(
            duty=written.support if support else written.production,
            person=people[person % len(people)],
            level=level,
            starts_at=begin,
            defaults={"ends_at": begin + timedelta(minutes=lasts)},
        )
    by_orm, by_sql = both(start + timedelta(minutes=at))
    assert by_orm == by_sql


def test_no_database_is_said_in_words(tmp_path):
    with pytest.raises(quick.Unreadable, match=r"vigie\.sqlite3: unable to open"):
        quick.on_duty({"ENGINE": "sqlite3", "NAME": tmp_path / "vigie.sqlite3"}, SUNDAY)
