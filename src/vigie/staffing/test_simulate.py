"""What if somebody goes, or comes: both sides by the rule of the rotations, nothing written."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.support.cast import Cast

from vigie.duty.actions import Shape, add_shift, qualify, save_rotation, shape_duty
from vigie.duty.models import Shift
from vigie.experiments.coverage.actions import cover
from vigie.experiments.coverage.rules import State
from vigie.kernel.errors import BadInput
from vigie.kernel.models import AuditRow
from vigie.people.actions import plan_departure
from vigie.people.models import Person
from vigie.staffing import queries, texts

MONDAY, JULY = date(2026, 11, 23), date(2027, 7, 5)


@pytest.fixture
def weekly(cast: Cast) -> Cast:
    """Support by the week, a primary and a backup, of three who are qualified; coverage of Lyra by Lucie and Denis."""
    duty = shape_duty(
        cast.sara,
        cast.support,
        Shape(rhythm="weekly", handovers="8:00", weekdays=[0], levels=2, minimum=2, ideal=3),
    )
    three = [cast.lucie, cast.denis, cast.sara]
    for person in three:
        qualify(cast.sara, duty, person, since=MONDAY)
    save_rotation(cast.sara, duty, starts_on=MONDAY, every="week", people=three, offsets=[0, 1])
    for person in (cast.lucie, cast.denis):
        cover(cast.sara, person=person, experiment=cast.lyra, level="primary", starts_on=date(2024, 1, 1))
    return cast


def simulate(without: list[Person], newcomers: int = 0) -> dict[str, dict[str, object]]:
    return texts.as_record(queries.simulate(without, JULY, newcomers=newcomers))


def test_one_who_goes_leaves_more_weeks_to_the_others_and_a_line_to_one(weekly: Cast):
    found = simulate([weekly.lucie])
    before, after = found["before"], found["after"]
    assert (before["shifts"], before["unfilled_count"], after["unfilled_count"]) == (104, 0, 0)
    assert all(
        abs(share - 2 / 3) < 0.02  # type: ignore[operator] # a number
        for share in before["share_of_weeks"].values()  # type: ignore[attr-defined] # a mapping
    )
    assert after["share_of_weeks"] == {"denis": 1.0, "lucie": 0.0, "sara": 1.0}
    assert (before["only_one"], after["only_one"]) == ([], ["lyra"])
    assert before["uncovered"] == after["uncovered"] == ["+general", "orion"]
    assert after["people"]["support"] == {"able": 2, "minimum": 2, "ideal": 3}  # type: ignore[index] # a mapping


def test_a_departure_known_already_is_compared_with_staying(weekly: Cast):
    plan_departure(weekly.sara, weekly.lucie, on=JULY)
    found = simulate([weekly.lucie])
    assert (found["before"]["only_one"], found["after"]["only_one"]) == ([], ["lyra"])
    assert found["before"]["share_of_weeks"]["lucie"] > 0.5  # type: ignore[index] # a mapping


def test_two_who_go_leave_shifts_that_nobody_can_hold(weekly: Cast):
    after = simulate([weekly.lucie, weekly.denis])["after"]
    assert after["unfilled_count"] == 52
    assert after["uncovered"] == ["+general", "lyra", "orion"]
    first = after["unfilled"][0]  # type: ignore[index] # a list
    assert (first["duty"], first["level"], first["starts_at"]) == ("support", 2, "2027-07-05T06:00:00+00:00")


def test_newcomers_take_shifts_and_the_lines_with_nobody_first(weekly: Cast):
    after = simulate([weekly.lucie, weekly.denis], newcomers=1)["after"]
    assert after["unfilled_count"] == 0
    assert after["share_of_weeks"]["+1"] == 1.0  # type: ignore[index] # a mapping
    assert after["taken_by_newcomers"] == {"+general": "+1"}  # the busiest covers one line
    more = simulate([weekly.lucie, weekly.denis], newcomers=3)["after"]
    assert more["taken_by_newcomers"] == {"+general": "+1", "lyra": "+2", "orion": "+3"}
    assert more["uncovered"] == []
    assert more["only_one"] == ["+general", "lyra", "orion"]


def test_shifts_put_in_by_hand_go_to_who_has_fewest(weekly: Cast):
    start = datetime.combine(JULY, time(6), UTC)
    for n, person in enumerate((weekly.amina, weekly.bruno, weekly.amina)):
        begin = start + n * timedelta(days=1)
        add_shift(
            weekly.odile,
            duty=weekly.production,
            person=person,
            starts_at=begin,
            ends_at=begin + timedelta(hours=8),
        )
    found = queries.simulate([weekly.amina], JULY)
    assert found.after.weeks[weekly.bruno.pk] == 1
    assert not found.after.unfilled
    both = queries.simulate([weekly.amina, weekly.bruno], JULY)
    assert [held.duty for held in both.after.unfilled] == ["production"] * 3


def test_nothing_is_written_and_nobody_gone_changes_nothing(weekly: Cast):
    rows = (Shift.objects.count(), AuditRow.objects.count())
    found = queries.simulate([weekly.ada], JULY)
    assert found.before.weeks == found.after.weeks
    assert (
        found.before.lines
        == found.after.lines
        == {
            "+general": State.NONE,
            "lyra": State.COVERED,
            "orion": State.NONE,
        }
    )
    assert rows == (Shift.objects.count(), AuditRow.objects.count())


@pytest.mark.parametrize(
    ("on", "newcomers", "field"),
    [
        (date(2026, 11, 21), 1, "on"),
        (date(2066, 1, 1), 1, "on"),
        (date.max, 1, "on"),
        (JULY, -1, "newcomers"),
        (JULY, 10**9, "newcomers"),
        (JULY, 0, "without"),
    ],
)
def test_bad_input_names_its_field(cast: Cast, on: date, newcomers: int, field: str):
    with pytest.raises(BadInput) as refusal:
        queries.simulate([], on, newcomers=newcomers)
    assert refusal.value.field == field
