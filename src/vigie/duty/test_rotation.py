"""Rotations make shifts ahead: what they touch, what they leave alone, and what is said of holes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from tests.support.cast import SUNDAY, Cast

from vigie.duty import actions, queries
from vigie.duty.actions import Shape
from vigie.duty.models import Duty, Origin, Rotation, Shift, ShiftChange
from vigie.duty.rules import Reason
from vigie.kernel.access import System
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Forbidden, Refused
from vigie.kernel.models import AuditRow
from vigie.people.actions import leave

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = date(2026, 11, 23)
NIGHTS = Shape(rhythm="round", handovers="8:00 20:00", levels=2)


@pytest.fixture(autouse=True)
def _five_weeks_ahead() -> Iterator[None]:
    with override_settings(OPTIONS=_options(35)):
        yield


OPTIONS = settings.OPTIONS.values


def _options(horizon: int) -> dict[str, Any]:
    return {**OPTIONS, "duty.horizon": horizon}


@pytest.fixture
def production(cast: Cast) -> Duty:
    """Two shifts a day and a backup, three people in order from tomorrow on."""
    duty = actions.shape_duty(cast.odile, cast.production, NIGHTS)
    actions.save_rotation(
        cast.odile,
        duty,
        starts_on=MONDAY,
        every="shift",
        people=[cast.amina, cast.bruno, cast.odile],
        offsets=[0, 1],
    )
    return duty


def ahead(duty: Duty, level: int = 1) -> list[Shift]:
    rows = Shift.objects.filter(duty=duty, level=level, starts_at__gt=SUNDAY, origin=Origin.ROTATION)
    return list(rows.select_related("person").order_by("starts_at"))


def rows(duty: Duty) -> list[tuple]:
    return sorted(
        Shift.objects.filter(duty=duty).values_list(
            "pk", "person", "level", "starts_at", "ends_at", "sequence"
        )
    )


def test_a_rotation_makes_shifts_up_to_the_horizon_and_a_second_run_changes_nothing(
    cast: Cast, production: Duty
):
    names = [shift.person.login for shift in ahead(production)[:4]]
    assert names == ["amina", "bruno", "odile", "amina"]
    assert [shift.person.login for shift in ahead(production, 2)[:3]] == ["bruno", "odile", "amina"]
    assert ahead(production)[-1].starts_at > SUNDAY + 34 * DAY
    before, audits = rows(production), AuditRow.objects.count()
    assert actions.refill_all() == 0
    assert (rows(production), AuditRow.objects.count()) == (before, audits)


def test_many_shifts_by_hand_are_made_room_for_once(cast: Cast, production: Duty):
    """Five thousand of a file would fill the same weeks five thousand times."""
    fills = AuditRow.objects.filter(kind="rota.filled")
    before = fills.count()
    first = ahead(production)[4:12]
    with actions.refilled_once(cast.odile):
        for shift in first:
            span = shift.span
            actions.add_shift(
                cast.odile,
                duty=production,
                person=cast.bruno,
                level=2,
                starts_at=span.starts,
                ends_at=span.ends,
            )
        assert fills.count() == before
    assert fills.count() == before + 1
    assert actions.refill_all() == 0
    held = {row.span for row in Shift.objects.filter(duty=production, person=cast.bruno, level=2)}
    assert held >= {shift.span for shift in first}


def test_only_leads_put_people_in_order(cast: Cast, production: Duty):
    with pytest.raises(Forbidden):
        actions.save_rotation(cast.amina, production, starts_on=MONDAY, every="day", people=[cast.amina])
    with pytest.raises(Forbidden):
        actions.shape_duty(cast.lucie, production, NIGHTS)
    with pytest.raises(BadInput):
        actions.save_rotation(cast.odile, production, starts_on=MONDAY, every="moon", people=[cast.amina])
    with pytest.raises(BadInput):
        actions.save_rotation(cast.odile, production, starts_on=MONDAY, every="day", people=[])
    with pytest.raises(Refused):
        actions.save_rotation(cast.odile, cast.support, starts_on=MONDAY, every="day", people=[cast.lucie])


@pytest.mark.parametrize(
    "shape",
    [
        Shape(rhythm="moon"),
        Shape(rhythm="round"),
        Shape(rhythm="round", handovers="25:00"),
        Shape(rhythm="office", handovers="9:00"),
        Shape(rhythm="weekly", handovers="9:00 18:00"),
        Shape(rhythm="round", handovers="9:00", weekdays=[]),
        Shape(minimum=3, ideal=2),
        Shape(levels=0),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_field(cast: Cast, shape: Shape):
    with pytest.raises(BadInput) as caught:
        actions.shape_duty(cast.odile, cast.production, shape)
    assert caught.value.field


def test_a_preview_writes_nothing(cast: Cast, production: Duty):
    before = rows(production)
    seen = actions.preview_rotation(
        cast.odile, production, starts_on=MONDAY + 7 * DAY, every="day", people=[cast.bruno]
    )
    assert seen.changes
    assert seen.holes  # Bruno can't be his own backup
    assert rows(production) == before
    assert Rotation.objects.count() == 1


def test_who_is_away_is_passed_over_and_only_there(cast: Cast, production: Duty):
    before = {(row.level, row.starts_at): row.person_id for row in Shift.objects.filter(duty=production)}
    start = datetime(2026, 11, 24, 0, tzinfo=UTC)
    row = actions.add_absence(cast.amina, cast.amina, starts_at=start, ends_at=start + 2 * DAY)
    for shift in Shift.objects.filter(duty=production, starts_at__gt=SUNDAY):
        touches = shift.starts_at < row.ends_at and shift.ends_at > row.starts_at
        assert not (touches and shift.person == cast.amina)
        if not touches:
            assert before[shift.level, shift.starts_at] == shift.person_id
    actions.remove_absence(cast.amina, row)
    after = {(row.level, row.starts_at): row.person_id for row in Shift.objects.filter(duty=production)}
    assert after == before


def test_absences_are_ones_own_or_a_leads(cast: Cast):
    with pytest.raises(Forbidden):
        actions.add_absence(cast.bruno, cast.amina, starts_at=SUNDAY, ends_at=SUNDAY + DAY)
    with pytest.raises(BadInput):
        actions.add_absence(cast.amina, cast.amina, starts_at=SUNDAY, ends_at=SUNDAY)
    first = actions.add_absence(cast.odile, cast.amina, starts_at=SUNDAY, ends_at=SUNDAY + DAY)
    assert actions.add_absence(cast.amina, cast.amina, starts_at=SUNDAY, ends_at=SUNDAY + DAY) == first


def test_what_a_hand_entered_stays_and_the_rotation_fills_around_it(cast: Cast, production: Duty):
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)  # within Tuesday's day shift, Odile's
    hand = actions.add_shift(
        cast.odile, duty=production, person=cast.lucie, starts_at=start, ends_at=start + 3 * HOUR
    )
    day = [
        shift
        for shift in Shift.objects.filter(duty=production, level=1).order_by("starts_at")
        if shift.starts_at.date() == start.date()
    ]
    assert [shift.person.login for shift in day[:3]] == ["odile", "lucie", "odile"]
    assert (day[0].ends_at, day[2].starts_at) == (hand.starts_at, hand.ends_at)
    before = rows(production)
    actions.refill(System(), production)
    assert rows(production) == before
    actions.remove_shift(cast.odile, hand)
    assert [shift.person.login for shift in ahead(production)[2:3]] == ["odile"]
    assert not queries.holes(SUNDAY + DAY, SUNDAY + 30 * DAY, "production")


def test_who_is_put_in_by_hand_is_not_their_own_backup(cast: Cast, production: Duty):
    first = ahead(production)[0]  # Amina, with Bruno behind her
    actions.add_shift(
        cast.odile, duty=production, person=cast.bruno, starts_at=first.starts_at, ends_at=first.ends_at
    )
    now = queries.on_duty(first.starts_at, "production")
    assert [row.person.login for row in now] == ["bruno", "odile"]


def test_a_rotations_own_shift_is_replaced_and_not_removed(cast: Cast, production: Duty):
    with pytest.raises(Refused) as caught:
        actions.remove_shift(cast.odile, ahead(production)[0])
    assert caught.value.code == "shift.of_rotation"


def test_a_shift_that_goes_on_is_taken_over_from_now_on(cast: Cast, clock: Clock):
    begun = Shift.objects.get(person=cast.amina)
    actions.add_shift(
        cast.odile,
        duty=cast.production,
        person=cast.bruno,
        starts_at=begun.starts_at,
        ends_at=begun.ends_at,
        instead=True,
    )
    assert [row.person for row in queries.on_duty(SUNDAY, "production")] == [cast.bruno]
    assert [row.person for row in queries.on_duty(SUNDAY - HOUR, "production")] == [cast.amina]


def test_changing_pattern_and_rotation_leaves_what_was(cast: Cast, production: Duty, clock: Clock):
    clock.tick(days=20, hours=1)
    past = Shift.objects.filter(duty=production, starts_at__lte=clock.now())
    before = sorted(past.values_list("pk", "person", "level", "starts_at", "ends_at"))
    now = queries.on_duty(clock.now(), "production")
    actions.shape_duty(cast.odile, production, Shape(rhythm="round", handovers="6:00 14:00 22:00", levels=3))
    actions.save_rotation(
        cast.odile, production, starts_on=MONDAY, every="week", people=[cast.odile, cast.amina, cast.bruno]
    )
    past = Shift.objects.filter(duty=production, starts_at__lte=clock.now())
    assert sorted(past.values_list("pk", "person", "level", "starts_at", "ends_at")) == before
    assert [(row.person, row.until) for row in now] == [
        (row.person, row.until) for row in queries.on_duty(clock.now(), "production")
    ]
    assert not queries.holes(clock.now() + 12 * HOUR, clock.now() + 30 * DAY, "production")


def test_nobody_qualified_is_a_hole_with_its_reasons(cast: Cast, production: Duty):
    until = date(2026, 12, 1)
    for person in (cast.amina, cast.bruno, cast.odile):
        actions.qualify(cast.odile, production, person, since=date(2026, 1, 1), until=until)
    holes = queries.holes(SUNDAY + DAY, SUNDAY + 30 * DAY, "production")
    assert {hole.level for hole in holes} == {1, 2}
    assert min(hole.span.starts for hole in holes) == datetime(2026, 12, 1, 7, tzinfo=UTC)
    explained = queries.explain(holes[:1])[0]
    assert explained.could == ()
    assert {why for _person, why in explained.cannot} == {Reason.UNQUALIFIED}
    assert queries.strength(production, SUNDAY).people == 3
    assert queries.strength(production, SUNDAY + 30 * DAY).below_minimum
    actions.qualify(cast.odile, production, cast.lucie, since=until)
    [first] = queries.explain(holes[:1])
    assert first.could == (cast.lucie,)  # a proposal, though the rotation does not name her


def test_who_leaves_passes_their_turns_on_and_hand_entered_shifts_become_holes(cast: Cast, production: Duty):
    start = SUNDAY + 10 * DAY
    actions.add_shift(cast.sara, duty=cast.support, person=cast.lucie, starts_at=start, ends_at=start + DAY)
    for person in (cast.bruno, cast.lucie):
        leave(cast.ada, person)
        actions.refill_for(System(), person)
    assert not Shift.objects.filter(duty=production, person=cast.bruno, starts_at__gt=SUNDAY).exists()
    assert not queries.holes(SUNDAY + DAY, SUNDAY + 30 * DAY, "production")
    [hole] = queries.holes(SUNDAY + DAY, SUNDAY + 30 * DAY, "support")
    assert (hole.left, hole.span.starts) == (cast.lucie, start)
    [shown] = queries.explain([hole])
    assert shown.could
    actions.add_shift(cast.sara, duty=cast.support, person=cast.denis, starts_at=start, ends_at=start + DAY)
    assert not queries.holes(SUNDAY + DAY, SUNDAY + 30 * DAY, "support")


def test_every_change_of_a_future_is_noted_for_whose_future_it_is(cast: Cast, production: Duty):
    ShiftChange.objects.all().delete()
    actions.add_absence(cast.amina, cast.amina, starts_at=SUNDAY + 1 * DAY, ends_at=SUNDAY + 3 * DAY)
    told = set(ShiftChange.objects.values_list("person__login", "gained"))
    assert ("amina", False) not in told  # her own doing
    assert {("bruno", True), ("odile", True)} <= told


def test_the_passing_of_days_extends_the_rota_and_tells_nobody(cast: Cast, production: Duty, clock: Clock):
    ShiftChange.objects.all().delete()
    clock.tick(days=2)
    assert actions.refill_all() == 8
    assert not ShiftChange.objects.exists()


@override_settings(TIME_ZONE="Australia/Lord_Howe")
def test_a_rota_of_lord_howe_has_no_hole_over_its_half_hour(cast: Cast):
    duty = actions.shape_duty(cast.odile, cast.production, Shape(rhythm="round", handovers="1:45 2:15 14:00"))
    actions.save_rotation(cast.odile, duty, starts_on=MONDAY, every="day", people=[cast.amina, cast.bruno])
    with override_settings(OPTIONS=_options(150)):
        actions.refill_all()
        assert not queries.holes(SUNDAY + 2 * DAY, SUNDAY + 140 * DAY, "production")  # over 4 April 2027


@hypothesis(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Paris", datetime(2027, 3, 28, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 4, 3, 12, tzinfo=UTC)),
    ],
)
def test_on_duty_is_the_naive_scan_at_any_minute(cast: Cast, clock: Clock, zone: str, night: datetime, data):
    """What the one function answers, against a scan of all shifts, around the clock change of a rota of rotations."""
    Shift.objects.all().delete()
    clock.set(night - 3 * DAY)
    times = data.draw(st.lists(st.integers(0, 95), min_size=1, max_size=3, unique=True))
    words = " ".join(f"{n // 4}:{n % 4 * 15:02d}" for n in times)
    with override_settings(TIME_ZONE=zone, OPTIONS=_options(8)):
        duty = actions.shape_duty(
            cast.odile, cast.production, Shape(rhythm="round", handovers=words, levels=2)
        )
        first = (night - 4 * DAY).astimezone(ZoneInfo(zone)).date()
        people = [cast.amina, cast.bruno, cast.odile]
        actions.save_rotation(cast.odile, duty, starts_on=first, every="shift", people=people)
    every = list(Shift.objects.select_related("person"))
    for minute in data.draw(st.lists(st.integers(-600, 600), min_size=20, max_size=20)):
        t = night + timedelta(minutes=minute)
        naive = sorted(
            (row.level, row.starts_at, row.person.login) for row in every if row.starts_at <= t < row.ends_at
        )
        assert [(row.level, row.since, row.person.login) for row in queries.on_duty(t)] == naive
        assert {level for level, *_ in naive} == {1, 2}
    Rotation.objects.all().delete()
