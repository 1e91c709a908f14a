"""Swaps: who may do what, what ends them, and two people at once."""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from tests.support.cast import SUNDAY, Cast, make_cast

from vigie.duty import actions, queries
from vigie.duty.models import Duty, Shift, ShiftChange, Swap, SwapState
from vigie.kernel.clock import Clock
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused, VigieError
from vigie.people.models import Person
from vigie.post.models import Delivery

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _three_weeks_ahead() -> Iterator[None]:
    with override_settings(OPTIONS={**settings.OPTIONS.values, "duty.horizon": 21}):
        yield


def shift(cast: Cast, person: Person, days: int = 1, duty: Duty | None = None, level: int = 1) -> Shift:
    start = SUNDAY + days * DAY
    return actions.add_shift(
        cast.odile,
        duty=duty or cast.production,
        person=person,
        starts_at=start,
        ends_at=start + 8 * HOUR,
        level=level,
    )


def approved_by_lead(cast: Cast) -> None:
    actions.shape_duty(cast.odile, cast.production, actions.Shape(needs_approval=True))


def holder(row: Shift) -> Person:
    return Shift.objects.get(pk=row.pk).person


def mails(swap: Swap) -> set[str]:
    return {
        key.split(":")[2] + ":" + name.split()[0].lower()
        for key, name in Delivery.objects.filter(topic=f"swap:{swap.pk}").values_list("key", "recipient_name")
    }


def test_a_shift_is_given_away_and_the_taker_holds_it(cast: Cast):
    row = shift(cast, cast.amina)
    swap = actions.offer_swap(cast.amina, row, to=cast.bruno, why="A train to catch.")
    assert mails(swap) == {"offered:bruno"}
    assert queries.swaps_for(cast.bruno, SUNDAY) == [swap]
    assert queries.swaps_for(cast.odile, SUNDAY) == []
    actions.accept_swap(cast.bruno, swap)
    assert holder(row) == cast.bruno
    assert queries.on_duty(row.starts_at)[0].person == cast.bruno
    assert ShiftChange.objects.filter(person=cast.amina, gained=False).exists()


def test_two_shifts_change_hands_or_none(cast: Cast):
    mine, theirs = shift(cast, cast.amina, 1), shift(cast, cast.bruno, 2)
    swap = actions.offer_swap(cast.amina, mine, to=cast.bruno, in_return=theirs)
    actions.accept_swap(cast.bruno, swap)
    assert (holder(mine), holder(theirs)) == (cast.bruno, cast.amina)


def test_a_primary_and_their_backup_swap_levels(cast: Cast):
    first, second = shift(cast, cast.amina), shift(cast, cast.bruno, level=2)
    with pytest.raises(Refused):
        actions.offer_swap(cast.amina, first, to=cast.bruno)
    swap = actions.offer_swap(cast.amina, first, to=cast.bruno, in_return=second)
    actions.accept_swap(cast.bruno, swap)
    assert [row.person for row in queries.on_duty(first.starts_at)] == [cast.bruno, cast.amina]


def test_the_lead_decides_where_the_duty_says_so_and_may_refuse(cast: Cast):
    approved_by_lead(cast)
    row = shift(cast, cast.amina)
    swap = actions.accept_swap(cast.bruno, actions.offer_swap(cast.amina, row, to=cast.bruno))
    assert swap.state == SwapState.ACCEPTED
    assert holder(row) == cast.amina  # nothing changed yet
    assert "to_decide:odile" in mails(swap)
    with pytest.raises(Forbidden):
        actions.decide_swap(cast.bruno, swap, approve=True)
    with pytest.raises(BadInput):
        actions.decide_swap(cast.odile, swap, approve=False)
    swap = actions.decide_swap(cast.odile, swap, approve=False, answer="Bruno is in training.")
    assert (swap.state, holder(row)) == (SwapState.REFUSED, cast.amina)
    assert {"refused:amina", "refused:bruno"} <= mails(swap)
    text = str(Delivery.objects.filter(key__contains="refused").first().payload["text"])
    assert "Bruno is in training." in text
    with pytest.raises(Conflict):
        actions.decide_swap(cast.odile, swap, approve=True)


def test_a_lead_does_not_decide_on_a_swap_of_their_own(cast: Cast):
    approved_by_lead(cast)
    swap = actions.accept_swap(
        cast.bruno, actions.offer_swap(cast.odile, shift(cast, cast.odile), to=cast.bruno)
    )
    with pytest.raises(Forbidden):
        actions.decide_swap(cast.odile, swap, approve=True)
    actions.decide_swap(cast.ada, swap, approve=True)
    assert holder(swap.shift) == cast.bruno


def test_what_is_no_offer_is_refused(cast: Cast, clock: Clock):
    row = shift(cast, cast.amina)
    with pytest.raises(Forbidden):
        actions.offer_swap(cast.bruno, row, to=cast.bruno)
    with pytest.raises(BadInput):
        actions.offer_swap(cast.amina, row, to=cast.amina)
    with pytest.raises(BadInput):
        actions.offer_swap(cast.amina, row, to=cast.bruno, in_return=row)
    with pytest.raises(Refused):
        actions.offer_swap(cast.amina, Shift.objects.get(person=cast.amina, starts_at__lt=SUNDAY))
    actions.add_absence(cast.bruno, cast.bruno, starts_at=row.starts_at, ends_at=row.ends_at)
    with pytest.raises(Refused):
        actions.offer_swap(cast.amina, row, to=cast.bruno)
    first = actions.offer_swap(cast.amina, row, key=uuid.UUID(int=1))
    assert actions.offer_swap(cast.amina, row, key=uuid.UUID(int=1)) == first  # a second click
    with pytest.raises(Refused):
        actions.offer_swap(cast.amina, row)
    with pytest.raises(Forbidden):
        actions.decline_swap(cast.bruno, first)
    actions.withdraw_swap(cast.amina, first)
    with pytest.raises(Conflict):
        actions.withdraw_swap(cast.amina, first)
    with pytest.raises(Conflict):
        actions.accept_swap(cast.odile, first)


def test_an_offer_ends_when_its_shift_begins(cast: Cast, clock: Clock):
    swap = actions.offer_swap(cast.amina, shift(cast, cast.amina))
    assert not actions.swaps_to_expire()
    clock.tick(days=1)
    with pytest.raises(Refused):
        actions.accept_swap(cast.bruno, swap)  # the worker has not come by yet
    assert actions.expire_swaps() == 1
    assert queries.swap_by_id(swap.pk).state == SwapState.EXPIRED
    assert "expired:amina" in mails(swap)
    assert actions.expire_swaps() == 0


def test_an_offer_ends_when_its_shift_changes(cast: Cast):
    row = shift(cast, cast.amina)
    swap = actions.offer_swap(cast.amina, row)
    actions.remove_shift(cast.odile, row)
    swap = queries.swap_by_id(swap.pk)
    assert (swap.state, swap.shift) == (SwapState.WITHDRAWN, None)
    with pytest.raises(Conflict):
        actions.accept_swap(cast.bruno, swap)


def test_a_swap_stands_above_the_rotation(cast: Cast):
    duty = actions.shape_duty(
        cast.odile, cast.production, actions.Shape(rhythm="round", handovers="8:00 20:00")
    )
    people = [cast.amina, cast.bruno, cast.odile]
    actions.save_rotation(cast.odile, duty, starts_on=(SUNDAY + DAY).date(), every="shift", people=people)
    row = Shift.objects.filter(duty=duty, starts_at__gt=SUNDAY).order_by("starts_at")[0]
    actions.accept_swap(cast.odile, actions.offer_swap(cast.amina, row, to=cast.odile))
    assert actions.refill_all() == 0
    assert holder(row) == cast.odile


@pytest.fixture
def written(transactional_db: None, clock: Clock) -> Cast:
    """The cast, committed: two threads have connections of their own."""
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run these in threads that begin together; the class of the error of each, or "done"."""
    gate = threading.Barrier(len(acts))
    ends: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            act()
            ends.append("done")
        except VigieError as error:
            ends.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(ends)


@pytest.mark.parametrize("_again", range(3))
def test_two_take_the_same_shift_at_once_and_exactly_one_gets_it(written: Cast, _again: int):
    row = shift(written, written.amina)
    swap = actions.offer_swap(written.amina, row)
    one, two = queries.swap_by_id(swap.pk), queries.swap_by_id(swap.pk)
    ends = at_once(
        lambda: actions.accept_swap(written.bruno, one), lambda: actions.accept_swap(written.odile, two)
    )
    assert ends == ["Conflict", "done"]
    assert holder(row) == queries.swap_by_id(swap.pk).accepted_by
    assert Swap.objects.get().state == SwapState.DONE


def test_taken_and_withdrawn_at_once_is_one_of_the_two(written: Cast):
    row = shift(written, written.amina)
    swap = actions.offer_swap(written.amina, row)
    one, two = queries.swap_by_id(swap.pk), queries.swap_by_id(swap.pk)
    ends = at_once(
        lambda: actions.accept_swap(written.bruno, one), lambda: actions.withdraw_swap(written.amina, two)
    )
    assert ends == ["Conflict", "done"]
    state = Swap.objects.get().state
    assert (holder(row) == written.bruno) == (state == SwapState.DONE)


def test_two_leads_put_two_people_on_one_shift_at_once_and_one_is_refused(written: Cast):
    start = SUNDAY + DAY

    def put(person: Person) -> Callable[[], object]:
        return lambda: actions.add_shift(
            written.odile, duty=written.production, person=person, starts_at=start, ends_at=start + 8 * HOUR
        )

    assert at_once(put(written.amina), put(written.bruno)) == ["Refused", "done"]
    assert Shift.objects.filter(starts_at=start).count() == 1


def test_the_rota_filled_twice_at_once_is_filled_once(written: Cast):
    duty = actions.shape_duty(
        written.odile, written.production, actions.Shape(rhythm="round", handovers="8:00")
    )
    people = [written.amina, written.bruno]
    actions.save_rotation(written.odile, duty, starts_on=SUNDAY.date(), every="day", people=people)
    Shift.objects.filter(starts_at__gt=SUNDAY).delete()
    assert at_once(actions.refill_all, actions.refill_all) == ["done", "done"]
    starts = list(Shift.objects.filter(duty=duty, starts_at__gt=SUNDAY).values_list("starts_at", flat=True))
    assert len(starts) == len(set(starts)) > 10
