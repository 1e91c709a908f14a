"""Story: an administrator sets the server's clock back while workers run; nothing is lost, twice, or late for hours."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.support.small_smtp import SmallSmtp
from vigie.kernel.clock import Clock
from vigie.kernel.events import Event, dispatch_due, emit
from vigie.kernel.intents import IntentState as S
from vigie.post import sending
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import OUTBOX, Delivery
from vigie.worker import lock

pytestmark = pytest.mark.django_db(transaction=True)
BACK = timedelta(hours=-3)


@pytest.fixture(autouse=True)
def _out(small_smtp: SmallSmtp, settings) -> None:
    settings.CHANNELS = {"mail": {"host": "127.0.0.1", "port": small_smtp.smtp_port, "timeout": 5}}
    settings.DEFAULT_FROM_EMAIL = "vigie@centre.test"


def put(*names: str) -> None:
    with transaction.atomic():
        enqueue(
            Parcel(f"t:{name}", f"{name}@centre.test", "fr", "t", {"subject": "s", "text": "t"})
            for name in names
        )


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_what_a_dead_worker_held_is_sent_minutes_later_not_hours(small_smtp: SmallSmtp, clock: Clock):
    put("begun", "leased")
    pks = OUTBOX.lease_batch("dead", size=10, span=sending.LEASE)
    OUTBOX.begin(pks[0], "dead", span=sending.LEASE)
    clock.tick(hours=BACK.total_seconds() / 3600)
    put("new")
    assert sending.recover() == 0  # the one who holds them may be alive
    assert sending.send_due("w") == 1
    clock.tick(minutes=6)
    assert sending.recover() == 2
    sending.send_due("w")
    assert states() == [S.DONE] * 3
    assert [len(small_smtp.messages(f"{name}@centre.test")) for name in ("begun", "leased", "new")] == [
        1,
        1,
        1,
    ]
    assert Delivery.objects.get(pk=pks[0]).maybe_repeated


def test_a_worker_that_lives_keeps_what_it_holds_and_sends_it_once(small_smtp: SmallSmtp, clock: Clock):
    put("a", "b", "c")
    asked = 0

    def go_on() -> bool:
        """Between the first mail and the second the clock goes back, and another worker looks at once."""
        nonlocal asked
        asked += 1
        if asked == 3:
            clock.tick(hours=BACK.total_seconds() / 3600)
            assert sending.recover() == 0
            assert sending.send_due("other") == 0
        return True

    assert sending.send_due("w", go_on=go_on) == 3
    assert states() == [S.DONE] * 3
    assert [len(small_smtp.messages(f"{name}@centre.test")) for name in "abc"] == [1, 1, 1]


def test_the_lock_of_a_dead_worker_s_module_is_anybody_s_after_its_limit(clock: Clock):
    limit = timedelta(minutes=5)
    assert lock.claim("public site", "dead", span=limit)
    clock.tick(hours=-3)
    assert not lock.claim("public site", "w", span=limit)
    clock.tick(minutes=6)
    assert lock.claim("public site", "w", span=limit)


def test_what_is_due_once_a_day_does_not_wait_for_the_day_that_was(clock: Clock):
    lock.note("housekeeping")
    clock.tick(days=-30)
    assert lock.last_ok_before("housekeeping", timedelta(days=1))


def test_a_reaction_that_waited_for_its_next_try_goes_on(clock: Clock):
    class Happened(Event):
        kind = "t.happened"

    ran: list[int] = []

    def reaction(_news: object) -> None:
        ran.append(1)
        if len(ran) == 1:
            raise RuntimeError("not now")

    table = {"t.happened": [("t", reaction)]}
    with transaction.atomic():
        emit(Happened())
    dispatch_due(table)
    assert dispatch_due(table) == 0
    clock.tick(hours=-3)
    assert dispatch_due(table) == 1
    assert ran == [1, 1]
