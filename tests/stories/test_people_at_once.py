"""Two people act on the rota, a call or a departure at the same moment, each in a thread of their own."""

from datetime import timedelta

import pytest

from tests.support.cast import SUNDAY, Cast
from vigie.duty import actions, queries
from vigie.duty.escalation import actions as calls
from vigie.duty.escalation import queries as called
from vigie.duty.escalation.models import EscalationStep
from vigie.duty.escalation.rules import StepKind
from vigie.duty.models import Rotation, Shift, Swap, SwapState
from vigie.duty.test_swaps import DAY, at_once, shift, written  # noqa: F401 # a fixture
from vigie.kernel.clock import Clock
from vigie.people.actions import leave
from vigie.people.models import Person


@pytest.mark.parametrize("_again", range(3))
def test_a_call_acknowledged_while_it_climbs_is_one_of_the_two(
    written: Cast,  # noqa: F811 # the fixture
    clock: Clock,
    _again: int,
):
    escalation = calls.call(written.odile, written.support, "Look at row C.")
    calls.climb_called_by_hand()
    clock.tick(minutes=30)
    seen, other = called.escalation(escalation.pk), called.escalation(escalation.pk)
    ends = at_once(lambda: calls.acknowledge(written.lucie, seen), lambda: calls.climb(other))
    assert ends == ["Conflict", "done"]
    row = called.escalation(escalation.pk)
    climbed = EscalationStep.objects.filter(kind=StepKind.CALLED).count() == 2
    assert (row.acknowledged_by is None) == climbed


def test_two_leads_save_the_same_rotation_at_once_and_the_rota_is_one_of_the_two(written: Cast):  # noqa: F811
    shape = actions.Shape(rhythm="round", handovers="8:00")
    duty = actions.shape_duty(written.odile, written.production, shape)

    def save(*people: Person):
        return lambda: actions.save_rotation(
            written.odile, duty, starts_on=(SUNDAY + DAY).date(), every="day", people=people
        )

    assert at_once(save(written.amina, written.bruno), save(written.bruno, written.odile)) == ["done", "done"]
    order = [place.person for place in Rotation.objects.get().places.order_by("number")]
    ahead = Shift.objects.filter(duty=duty, starts_at__gt=SUNDAY + DAY).order_by("starts_at")
    assert {row.person for row in ahead} == set(order)
    starts = [row.starts_at for row in ahead]
    assert len(starts) == len(set(starts)) > 10
    assert not actions.refill_all()


@pytest.mark.parametrize("_again", range(3))
def test_who_leaves_while_they_take_a_shift_holds_it_no_longer(written: Cast, _again: int):  # noqa: F811
    row = shift(written, written.amina)
    swap = queries.swap_by_id(actions.offer_swap(written.amina, row).pk)
    ends = at_once(
        lambda: actions.accept_swap(written.bruno, swap), lambda: leave(written.ada, written.bruno)
    )
    assert "done" in ends
    assert not Person.objects.get(pk=written.bruno.pk).is_active
    start = row.starts_at + timedelta(hours=1)
    assert written.bruno not in [one.person for one in queries.on_duty(start, "production")]
    assert Swap.objects.get().state in {SwapState.DONE, SwapState.OPEN}
