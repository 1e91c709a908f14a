"""A person leaves with everything handed over: nothing that hung on them is left without anybody."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from tests.support.cast import Cast
from vigie.duty.actions import Shape, add_shift, save_rotation, shape_duty
from vigie.duty.models import Rotation, Shift
from vigie.experiments.coverage import actions as coverage
from vigie.experiments.coverage import queries
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Forbidden, Missing, Refused
from vigie.outages.actions import declare_sudden
from vigie.people.actions import leave, plan_departure
from vigie.staffing.actions import hand_on, hand_on_all
from vigie.staffing.leaving import Tie, ties

SINCE, MONDAY, JULY = date(2024, 1, 1), date(2026, 11, 23), date(2027, 7, 1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def leaving(cast: Cast, clock: Clock) -> Cast:
    """Lucie covers Lyra alone while Denis learns, follows an outage, stands in a list, holds a shift, takes over keys."""
    for person, experiment, level in (
        (cast.lucie, cast.lyra, "primary"),
        (cast.denis, cast.lyra, "training"),
        (cast.lucie, cast.orion, "backup"),
        (cast.sara, cast.orion, "primary"),
        (cast.lucie, None, "training"),
    ):
        coverage.cover(cast.sara, person=person, experiment=experiment, level=level, starts_on=SINCE)
    support = shape_duty(cast.sara, cast.support, Shape(rhythm="weekly", handovers="8:00", weekdays=[0]))
    save_rotation(
        cast.sara, support, starts_on=MONDAY, every="week", people=[cast.lucie, cast.denis, cast.sara]
    )
    plan_departure(cast.sara, cast.lucie, on=JULY)
    start = datetime.combine(JULY, datetime.min.time(), queries.zone()) + timedelta(hours=8)
    add_shift(
        cast.sara,
        duty=cast.production,
        person=cast.amina,
        starts_at=start,
        ends_at=start + timedelta(hours=9),
    )
    coverage.take_over(
        cast.sara, key="k", what="the keys of the cellar", taker=cast.lucie, due_on=date(2027, 1, 4)
    )
    declare_sudden(cast.amina, services={"storage": "down"})
    return cast


def by_kind(cast: Cast) -> dict[str, list[Tie]]:
    found: dict[str, list[Tie]] = {}
    for tie in ties(cast.lucie, "en"):
        found.setdefault(tie.kind, []).append(tie)
    return found


def test_everything_that_hangs_on_her_is_listed_with_who_could_take_it(leaving: Cast):
    found = by_kind(leaving)
    lyra, orion, general = sorted(found["coverage"], key=lambda tie: ("General" in tie.what, tie.what))
    assert (lyra.what, lyra.could, lyra.since) == ("Lyra (primary)", (leaving.denis,), JULY)
    assert (orion.what, orion.could) == ("Orion (backup)", ())  # nobody qualified: no trainee, no neighbour
    assert general.informs
    assert [tie.could[0] for tie in found["outage"]] == [leaving.denis]
    assert found["rotation"][0].alone
    assert found["taking_over"][0].could == (leaving.sara,)


def test_one_click_each_and_nothing_is_left(leaving: Cast):
    done, refused = hand_on_all(leaving.sara, leaving.lucie)
    assert (done, refused) == (4, [])
    (orion,) = [tie for tie in ties(leaving.lucie, "en") if not tie.informs]
    with pytest.raises(BadInput):
        hand_on(leaving.sara, leaving.lucie, orion.key, None)
    with pytest.raises(BadInput):
        hand_on(leaving.sara, leaving.lucie, orion.key, leaving.lucie)
    with pytest.raises(Refused):
        hand_on(leaving.sara, leaving.lucie, orion.key, leaving.sara)  # is its primary already
    hand_on(leaving.sara, leaving.lucie, orion.key, leaving.denis)
    assert [tie for tie in ties(leaving.lucie, "en") if not tie.informs] == []
    with pytest.raises(Missing):
        hand_on(leaving.sara, leaving.lucie, orion.key, leaving.denis)
    last = Rotation.objects.order_by("-starts_on").first()
    assert last is not None
    assert [place.person.login for place in last.places.all()] == ["denis", "sara"]
    after = datetime.combine(JULY, datetime.min.time(), queries.zone())
    assert not Shift.objects.filter(person=leaving.lucie, starts_at__gte=after).exists()
    answers = queries.cover_of(leaving.lyra, after + timedelta(days=1))
    assert (answers.level, answers.persons) == ("primary", (leaving.denis,))
    assert not [hole for hole in queries.year().holes if hole.state == "none" and hole.ever]


def test_shifts_entered_by_hand_are_proposed_to_who_can(leaving: Cast):
    plan_departure(leaving.odile, leaving.amina, on=date(2027, 6, 1))
    (shift,) = [tie for tie in ties(leaving.amina, "en") if tie.kind == "shift"]
    assert shift.could
    hand_on(leaving.odile, leaving.amina, shift.key, leaving.bruno)
    assert Shift.objects.filter(person=leaving.bruno, starts_at__date=JULY).exists()


def test_only_leads_hand_on_and_a_group_only_by_an_administrator(leaving: Cast):
    key = by_kind(leaving)["taking_over"][0].key
    with pytest.raises(Forbidden):
        hand_on(leaving.denis, leaving.lucie, key, leaving.denis)
    plan_departure(leaving.sara, leaving.sara, on=JULY)
    (lead,) = [tie for tie in ties(leaving.sara, "en") if tie.kind == "lead"]
    with pytest.raises(Forbidden):
        hand_on(leaving.sara, leaving.sara, lead.key, leaving.denis)
    hand_on(leaving.ada, leaving.sara, lead.key, leaving.denis)
    assert "lead" in type(leaving.denis).objects.get(pk=leaving.denis.pk).roles


def test_who_has_left_already_is_handed_over_from_today(leaving: Cast):
    leave(leaving.ada, leaving.lucie)
    (lyra,) = [tie for tie in ties(leaving.lucie, "en") if tie.what.startswith("Lyra")]
    assert lyra.since == queries.today()
    hand_on(leaving.sara, leaving.lucie, lyra.key, leaving.denis)
    with pytest.raises(Refused):
        ties(leaving.denis, "en")  # nobody has said when Denis leaves
