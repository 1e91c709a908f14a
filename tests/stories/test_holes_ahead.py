"""A departure in July is visible in December, and told 6, 3 and 1 month before, once each."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.cast import Cast
from vigie.experiments.coverage import actions, queries
from vigie.experiments.coverage.models import Warned
from vigie.experiments.coverage.rules import Cause, State
from vigie.kernel.clock import Clock
from vigie.people.actions import plan_departure
from vigie.post.models import Delivery
from vigie.worker.modules import modules

SINCE, JULY = date(2024, 1, 1), date(2027, 7, 1)


@pytest.fixture
def covered(cast: Cast, clock: Clock) -> Cast:
    """Lucie alone covers Lyra, Denis learns; Orion and general support are covered by two."""
    for person, experiment, level in (
        (cast.lucie, cast.lyra, "primary"),
        (cast.denis, cast.lyra, "training"),
        (cast.denis, cast.orion, "primary"),
        (cast.sara, cast.orion, "backup"),
        (cast.denis, None, "primary"),
        (cast.sara, None, "backup"),
    ):
        actions.cover(cast.sara, person=person, experiment=experiment, level=level, starts_on=SINCE)
    return cast


def subjects() -> list[str]:
    return [row.payload["subject"] for row in Delivery.objects.filter(topic="coverage").order_by("pk")]


def test_a_departure_in_july_is_visible_in_december(covered: Cast, clock: Clock):
    clock.set(datetime(2026, 12, 3, 9, tzinfo=UTC))
    plan_departure(covered.sara, covered.lucie, on=JULY)
    single, none = queries.year().holes
    assert (single.line, single.state, single.reason.cause) == ("lyra", State.SINGLE, Cause.ONLY_ONE)
    assert (none.line, none.state, none.days.starts) == ("lyra", State.NONE, JULY)
    assert (none.reason.cause, none.reason.persons) == (Cause.DEPARTURE, (covered.lucie.pk,))
    (lyra,) = [one for one in queries.year().lines if one.line.key == "lyra"]
    assert [cell.fewest for cell in lyra.cells] == [1] * 7 + [0] * 5


def test_training_that_ends_closes_the_hole(covered: Cast):
    plan_departure(covered.sara, covered.lucie, on=JULY)
    row = queries.of_person(covered.denis, SINCE).get(experiment=covered.lyra)
    actions.change_level(covered.sara, row, level="primary", on=date(2027, 6, 1))
    assert [hole.state for hole in queries.year().holes] == ["single", "single"]
    assert queries.cover_of(covered.lyra, datetime(2027, 8, 1, tzinfo=UTC)).persons == (covered.denis,)


def test_told_at_six_three_and_one_month_once_each_across_restarts_and_clock_changes(
    covered: Cast, clock: Clock
):
    plan_departure(covered.sara, covered.lucie, on=JULY)
    clock.set(datetime(2026, 11, 23, 6, tzinfo=UTC))
    came = []
    for _day in range(240):  # over two changes of the clock, three looks a day, from new modules each time
        for hours in (0, 8, 16):
            before = Delivery.objects.filter(topic="coverage").count()
            with clock.travel(clock.now() + timedelta(hours=hours)):
                (module,) = [module for module in modules({}) if module.name == "holes ahead"]
                module.work(None)  # type: ignore[arg-type] # this module asks nothing of its turn
                day = queries.today()
            came += [day] * (Delivery.objects.filter(topic="coverage").count() - before)
        clock.tick(days=1)
    # The first is of today: Lucie has long been alone at Lyra.
    assert came == [date(2026, 11, 23), date(2027, 1, 1), date(2027, 4, 1), date(2027, 6, 1)]
    assert all("Lyra" in subject for subject in subjects())
    told = Warned.objects.filter(state="none").order_by("pk").values_list("months", flat=True)
    assert list(told) == [6, 3, 1]


def test_a_departure_said_late_is_told_at_once_and_only_once(covered: Cast, clock: Clock):
    assert actions.tell_of_holes() == 1
    plan_departure(covered.sara, covered.denis, on=date(2026, 12, 10), ending="contract")
    assert actions.tell_of_holes() == 2  # general support and Orion: only Sara
    assert actions.tell_of_holes() == 0
    last = Delivery.objects.filter(topic="coverage").order_by("-pk").first()
    assert last is not None
    assert last.recipient == "sara@centre.test"
    assert "Orion" in last.payload["text"]
    assert "Denis Blanc" in last.payload["text"]
