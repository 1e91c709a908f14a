"""The invented centre hands its shifts over, and somebody was called."""

import pytest

from vigie.demo import actions
from vigie.demo.watch import refresh
from vigie.duty.escalation.queries import open_escalations, state_of
from vigie.duty.handover import queries
from vigie.duty.handover.actions import tend
from vigie.kernel.clock import Clock


@pytest.mark.slow
def test_one_hand_over_is_open_and_one_call_answered_and_nobody_is_late(db: None, clock: Clock):
    actions.mark()
    actions.fill()
    tend()
    assert [row.state for row in queries.unsettled()] == ["open"]
    assert queries.matching(state="accepted").exists()
    assert [state_of(row) for row in open_escalations()] == ["acknowledged"]
    clock.tick(hours=30)
    refresh(clock.now())
    assert not queries.overdue()
