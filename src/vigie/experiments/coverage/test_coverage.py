"""Who may say who covers what; each change is conditional; taking-overs are followed until done."""

from datetime import date, timedelta

import pytest
from tests.support.cast import Cast

from vigie.duty.actions import add_absence
from vigie.experiments.coverage import actions, queries
from vigie.experiments.coverage.models import Coverage, TakingOver
from vigie.kernel import clock as kernel_clock
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Missing, Refused
from vigie.kernel.models import AuditRow
from vigie.people.actions import leave, plan_departure

JANUARY, JULY = date(2026, 1, 1), date(2027, 7, 1)


@pytest.fixture
def lyra(cast: Cast) -> Coverage:
    return actions.cover(
        cast.sara, person=cast.lucie, experiment=cast.lyra, level="primary", starts_on=JANUARY
    )


def test_leads_arrange_coverage_and_others_read_it(cast: Cast, lyra: Coverage):
    for person in (cast.amina, cast.lucie):
        with pytest.raises(Forbidden):
            actions.cover(person, person=cast.denis, experiment=None, level="backup", starts_on=JANUARY)
        with pytest.raises(Forbidden):
            actions.end(person, lyra, on=JULY)
    same = actions.cover(
        cast.sara, person=cast.lucie, experiment=cast.lyra, level="primary", starts_on=JANUARY
    )
    assert same == lyra
    assert AuditRow.objects.filter(kind="coverage.covered").count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"level": "boss"}, "level"),
        ({"starts_on": date(2126, 1, 1)}, "starts_on"),
        ({"starts_on": date(226, 1, 1)}, "starts_on"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on"),
        ({"ends_on": JANUARY}, "ends_on"),
        ({"ends_on": date(9999, 12, 31)}, "ends_on"),
    ],
)
def test_bad_input_names_its_field(cast: Cast, fields: dict[str, object], field: str):
    good = {"person": cast.denis, "experiment": cast.orion, "level": "backup", "starts_on": JANUARY}
    with pytest.raises(BadInput) as refusal:
        actions.cover(cast.sara, **(good | fields))  # type: ignore[arg-type] # that is what it tries
    assert refusal.value.field == field


def test_a_level_changes_from_a_day_on_and_the_past_stays(cast: Cast, lyra: Coverage):
    with pytest.raises(Refused):
        actions.cover(cast.sara, person=cast.lucie, experiment=cast.lyra, level="backup", starts_on=JULY)
    stale = queries.coverage_by_id(lyra.pk)
    later = actions.change_level(cast.sara, lyra, level="backup", on=JULY)
    assert [(row.level, row.starts_on, row.ends_on) for row in Coverage.objects.all()] == [
        ("primary", JANUARY, JULY),
        ("backup", JULY, None),
    ]
    with pytest.raises(Conflict):
        actions.change_level(cast.sara, stale, level="training", on=JULY)
    with pytest.raises(Refused):
        actions.end(cast.sara, lyra, on=None)  # would overlap the backup's days
    actions.withdraw(cast.sara, later)
    actions.end(cast.sara, lyra, on=None)
    with pytest.raises(Refused):
        actions.withdraw(cast.sara, lyra)
    with pytest.raises(Missing):
        queries.coverage_by_id(later.pk or 10**6)


def test_whoever_left_can_cover_nothing_and_their_coverage_counts_until_then(cast: Cast, lyra: Coverage):
    leave(cast.ada, cast.lucie)
    (one,) = queries.year([queries.line_of(cast.lyra)]).lines
    assert (one.holes[0].state, one.holes[0].days.starts) == ("none", queries.today())
    with pytest.raises(Refused):
        actions.cover(cast.sara, person=cast.lucie, experiment=None, level="primary", starts_on=JANUARY)


def test_the_case_goes_to_the_primary_then_the_backup_then_the_lead(cast: Cast, lyra: Coverage, clock: Clock):
    now = kernel_clock.now()
    assert queries.cover_of(cast.lyra, now) == queries.Cover("primary", (cast.lucie,))
    plan_departure(cast.sara, cast.lucie, on=JULY)
    after = now + timedelta(days=300)
    assert queries.cover_of(cast.lyra, after) == queries.Cover("lead", (cast.sara,))
    actions.cover(cast.sara, person=cast.denis, experiment=cast.lyra, level="backup", starts_on=JULY)
    assert queries.cover_of(cast.lyra, after) == queries.Cover("backup", (cast.denis,))
    assert queries.cover_of(None, now).persons == (cast.sara,)


def test_who_is_away_at_that_minute_does_not_answer(cast: Cast, lyra: Coverage):
    now = kernel_clock.now()
    add_absence(cast.lucie, person=cast.lucie, starts_at=now, ends_at=now + timedelta(days=14))
    assert queries.cover_of(cast.lyra, now - timedelta(minutes=1)).level == "primary"
    assert queries.cover_of(cast.lyra, now + timedelta(hours=1)) == queries.Cover("lead", (cast.sara,))
    hole = queries.year([queries.line_of(cast.lyra)]).holes[1]  # it is past noon: from tomorrow on
    assert (hole.state, hole.reason.cause) == ("none", "absence")


def test_the_year_is_read_with_as_many_questions_for_two_lines_as_for_all(
    cast: Cast, lyra: Coverage, django_assert_max_num_queries: object
):
    with django_assert_max_num_queries(4):  # type: ignore[operator] # a fixture
        found = queries.year()
    assert [one.line.key for one in found.lines] == ["+general", "lyra", "orion"]
    with pytest.raises(Missing):
        queries.line_by_key("nothing")


def test_a_taking_over_is_followed_until_done(cast: Cast):
    def note() -> TakingOver:
        return actions.take_over(
            cast.lucie,
            key="k1",
            what="the list of accounts",
            experiment=cast.lyra,
            giver=cast.lucie,
            taker=cast.denis,
            due_on=date(2026, 12, 24),
        )

    row = note()
    assert note() == row
    with pytest.raises(Forbidden):
        actions.close_taking_over(cast.amina, row)
    actions.close_taking_over(cast.denis, row)
    assert (row.state, row.closed_by) == ("done", cast.denis)
    with pytest.raises(Refused):
        actions.close_taking_over(cast.denis, row)
    actions.reopen_taking_over(cast.sara, row)
    actions.hand_on(cast.sara, row, taker=cast.sara)
    actions.close_taking_over(cast.lucie, row, dropped=True, why="No longer needed.")
    assert not queries.open_taking_overs().exists()
    assert AuditRow.objects.filter(kind__startswith="taking_over.").count() == 5


@pytest.mark.parametrize(
    "fields",
    [
        {"what": " "},
        {"what": "x" * 301},
        {"due_on": date(2026, 11, 21)},
        {"due_on": date(2046, 1, 1)},
        {"giver": "same"},
    ],
)
def test_a_bad_taking_over_is_not_noted(cast: Cast, fields: dict[str, object]):
    good = {"key": "k", "what": "keys", "taker": cast.denis, "due_on": date(2026, 12, 24)}
    if fields.get("giver"):
        fields = {"giver": cast.denis}
    with pytest.raises(BadInput):
        actions.take_over(cast.lucie, **(good | fields))  # type: ignore[arg-type] # that is what it tries
    assert not TakingOver.objects.exists()


def test_a_departure_is_planned_by_a_lead_and_forgotten_by_who_comes_back(cast: Cast):
    with pytest.raises(Forbidden):
        plan_departure(cast.lucie, cast.lucie, on=JULY)
    plan_departure(cast.sara, cast.lucie, on=JULY, ending="contract")
    for day in (date(2026, 11, 21), date(2226, 1, 1)):
        with pytest.raises(BadInput):
            plan_departure(cast.sara, cast.lucie, on=day)
    with pytest.raises(BadInput):
        plan_departure(cast.sara, cast.lucie, on=JULY, ending="dismissed")
    plan_departure(cast.sara, cast.lucie, on=None)
    assert cast.lucie.employed_until is None
