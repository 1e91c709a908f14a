"""A mistyped year is refused where it is typed: once stored, it would break every page that shows it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.cast import Cast
from vigie.duty.actions import add_shift
from vigie.kernel.access import System
from vigie.kernel.errors import BadInput
from vigie.outages import actions
from vigie.outages.models import Outage

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)
Act = Callable[[Cast, Outage], object]

ACTS: dict[str, Act] = {
    "promise": lambda cast, outage: actions.promise(cast.amina, outage, LAST),
    "expected end": lambda cast, outage: actions.change_service(
        cast.amina, outage, "storage", expected_end=LAST
    ),
    "late service": lambda cast, outage: actions.add_service(
        cast.amina, outage, "farm", "down", starts_at=LAST
    ),
    "early service": lambda cast, outage: actions.add_service(
        cast.amina, outage, "farm", "down", starts_at=FIRST
    ),
    "declared end": lambda cast, _outage: actions.declare_sudden(
        cast.amina, services={"site": "down"}, expected_end=LAST
    ),
    "declared promise": lambda cast, _outage: actions.declare_sudden(
        cast.amina, services={"site": "down"}, next_update_by=LAST
    ),
    "late shift": lambda cast, _outage: add_shift(
        System(), duty=cast.production, person=cast.bruno, starts_at=LAST - HOUR, ends_at=LAST
    ),
    "early shift": lambda cast, _outage: add_shift(
        System(), duty=cast.production, person=cast.bruno, starts_at=FIRST, ends_at=FIRST + HOUR
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_it_is_refused_with_words(cast: Cast, act: Act):
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    with pytest.raises(BadInput):
        act(cast, outage)
