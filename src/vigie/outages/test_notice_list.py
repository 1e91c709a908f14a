"""The list of notices: what is being written before what was told, page by page."""

from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.notices.queries import Wanted, find
from vigie.notices.rules import Kind
from vigie.outages import actions


def test_pages_go_over_the_border_between_what_is_written_and_what_was_told(cast: Cast, clock: Clock):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    told = []
    for _turn in range(3):
        version = actions.compose(cast.lucie, outage)
        actions.approve(cast.lucie, outage, version)
        actions.publish(cast.lucie, outage, version)
        told.append(version)
        clock.tick(minutes=5)
    thrown = actions.compose(cast.lucie, outage)
    actions.discard(cast.lucie, outage, thrown)
    written = actions.compose(cast.lucie, outage, Kind.UPDATE)
    rows = find(Wanted())
    expected = [written, *reversed(told)]
    assert list(rows) == expected
    assert len(rows) == 4
    assert [rows[start : start + 2] for start in (0, 2, 4)] == [expected[:2], expected[2:], []]
    assert rows[1] == expected[1]
    assert list(find(Wanted(state="open"))) == [written]
    assert list(find(Wanted(state="published"))) == expected[1:]
    assert list(find(Wanted(state="discarded"))) == [thrown]
    assert list(find(Wanted(state="approved"))) == []
