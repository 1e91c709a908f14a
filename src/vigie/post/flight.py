"""Deliveries in the air: begun before the first call, settled after the last, a few in one transaction.

A transaction per mail costs more than handing the mail over. So a few mails share one: those that arrived are
confirmed in the transaction that begins the next few. The price: a worker that is killed leaves up to `TOGETHER`
mails in doubt instead of one, all of which go again with the Message-ID they had.
"""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

from vigie.kernel import journal
from vigie.post.models import OUTBOX

log = journal.of(__name__)

Written = TypeVar("Written")

TOGETHER = 20
HELD_SECONDS = 1.0  # with a slow far end: what arrived is written down, and the lease renewed, this often
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds: a database that restarts, a disk on which room is made


class Flight:
    """The few deliveries that `owner` has begun; each is settled on its own if it fails, together if it arrived."""

    def __init__(self, owner: str, lease: timedelta) -> None:
        self._owner, self._lease = owner, lease
        self._asked: set[int] = set()
        self._ours: set[int] = set()
        self._arrived: dict[int, str] = {}
        self._since = 0.0

    def carries(self, pk: int) -> bool:
        """Whether this row was asked for lately; otherwise begin (again) before its call."""
        return pk in self._asked and time.monotonic() - self._since < HELD_SECONDS

    def is_ours(self, pk: int) -> bool:
        return pk in self._ours

    def arrived(self, pk: int, receipt: str) -> None:
        """The far end took it; written down when the flight lands."""
        self._arrived[pk] = receipt

    def land_and_begin(self, pks: Iterable[int]) -> None:
        """Confirm what arrived and mark the next rows as begun: one transaction."""
        wanted = list(pks)

        def write() -> set[int]:
            with transaction.atomic():
                OUTBOX.confirm_batch(self._arrived, self._owner)
                return OUTBOX.begin_batch(wanted, self._owner, span=self._lease)

        self._ours = _patiently(write)
        self._arrived = {}
        self._asked, self._since = set(wanted), time.monotonic()

    def land(self) -> None:
        """Confirm what arrived; nothing is in the air afterwards but what failed to be settled."""
        _patiently(lambda: OUTBOX.confirm_batch(self._arrived, self._owner))
        self._arrived, self._asked, self._ours = {}, set(), set()


def _patiently(write: Callable[[], Written]) -> Written:
    """What was sent must be written down: a database that is away for some seconds must not make repeats."""
    for pause in PAUSES:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            log.warning("outbox.away", again_in=pause, error=str(error).strip())
            connection.close()
            time.sleep(pause)
    return write()
