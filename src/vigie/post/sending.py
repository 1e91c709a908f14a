"""From the outbox to the far end: lease, begin, call, settle.

The row says what happened before the call is made (begun) and after it (settled); a crash in between leaves a row
that `recover` takes back. Mails, which may be repeated, are begun and settled a few at a time (see `post.flight`). One bad row, one bad channel, one bad address stops nobody else.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction

from vigie.contracts.channel import (
    BadConfiguration,
    Channel,
    ChannelFailure,
    ChannelInfo,
    PassingFailure,
    PermanentFailure,
    Session,
)
from vigie.kernel import clock, journal
from vigie.kernel.events import emit
from vigie.post import channels, targets
from vigie.post.channels import UnknownChannel
from vigie.post.events import DeliverySetApart
from vigie.post.flight import TOGETHER, Flight
from vigie.post.keys import answers_to
from vigie.post.messages import BadPayload, From, outgoing
from vigie.post.models import OUTBOX, Delivery

log = journal.of(__name__)

BATCH = 100
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 60  # with the hour's longest backoff: more than two days of trying
MAX_DOUBTS = 4  # a repeat is harmless, a repeat every hour for two days is not
LONGEST_PAUSE = timedelta(hours=6)  # a far end may ask for patience, not for silence
CHANNEL_REST = timedelta(minutes=1)
SILENCE = 2.0  # seconds without a good answer after which a far end is taken for hanging


@dataclass(frozen=True)
class _Way:
    """A channel, and its session of this run."""

    channel: Channel
    session: Session


class _Ways:
    """The sessions of one run, opened when first needed, closed by `stack` at the run's end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._open: dict[str, _Way] = {}

    def by(self, name: str) -> _Way:
        """Raises UnknownChannel or BadConfiguration."""
        if name not in self._open:
            channel = channels.configured(name)
            self._open[name] = _Way(channel, self._stack.enter_context(channel.open()))
        return self._open[name]


class _Away(Exception):
    """The far end takes nothing at all now; the rest of the batch need not try."""


def due() -> bool:
    """Whether something waits to be sent now."""
    return OUTBOX.due().exists()


def send_due(owner: str, *, go_on: Callable[[], bool] = lambda: True, batch: int = BATCH) -> int:
    """Send what is due, batch by batch, until nothing is left or `go_on` says stop. Returns how many were tried.

    Several workers may do this at once, each under its own `owner`: a row belongs to who leased it. A channel's
    session stays open from batch to batch. An owner runs this in one thread only.
    """
    if OUTBOX.abandon(owner):
        recover()
    tried = 0
    with ExitStack() as stack:
        ways = _Ways(stack)
        while go_on():
            pks = OUTBOX.lease_batch(owner, size=batch, span=LEASE)
            if not pks:
                break
            rows = sorted(
                Delivery.objects.filter(pk__in=pks).prefetch_related("body"),
                key=lambda row: (row.channel, row.not_before, row.pk),
            )
            for name, group in groupby(rows, key=lambda row: row.channel):
                tried += _send_group(name, list(group), owner, go_on, ways)
    return tried


def _send_group(
    name: str, rows: Sequence[Delivery], owner: str, go_on: Callable[[], bool], ways: _Ways
) -> int:
    try:
        way = ways.by(name)
    except UnknownChannel as error:
        for row in rows:
            _set_apart(row, owner, str(error))
        return len(rows)
    except BadConfiguration as error:
        _channel_rests(name, rows, owner, f"[{name}] {error}")
        return len(rows)
    return _send_rows(rows, way, owner, go_on)


def _send_rows(rows: Sequence[Delivery], way: _Way, owner: str, go_on: Callable[[], bool]) -> int:
    # What can't be repeated must not be in doubt for its neighbour's sake.
    size = TOGETHER if way.channel.info.repeatable else 1
    flight = Flight(owner, LEASE)
    hanging: set[str] = set()
    try:
        for place, row in enumerate(rows):
            if row.recipient in hanging:
                continue  # given back already
            if not go_on():
                OUTBOX.release(_pks(rows[place:]), owner, error="", rest=timedelta(0))
                return place
            if not flight.carries(row.pk):
                flight.land_and_begin(_pks(rows[place : place + size]))
            if not flight.is_ours(row.pk):
                continue  # the lease ran out and somebody else has it: they send it
            try:
                hangs = _send_one(row, way, flight, owner)
            except _Away as away:
                _channel_rests(row.channel, rows[place:], owner, str(away))
                return place
            if hangs and not way.channel.info.shared_far_end:
                hanging.add(row.recipient)
                _target_rests(row, rows[place + 1 :], owner)
    finally:
        flight.land()
    return len(rows)


def _send_one(row: Delivery, way: _Way, flight: Flight, owner: str) -> bool:
    """Make the call and settle it, but for what arrived, which `flight` settles. Whether the far end hangs."""
    info = way.channel.info
    try:
        address = _address(row, info)
        message = outgoing(
            key=row.key,
            address=address,
            language=row.language,
            payload=row.content,
            info=info,
            origin=From(settings.DEFAULT_FROM_EMAIL, row.mark, answers_to(f"delivery:{row.pk}")),
        )
    except BadPayload as error:
        _set_apart(row, owner, str(error))
        return False
    except BadConfiguration as error:
        _postpone(row, owner, str(error), CHANNEL_REST)
        return False
    except Exception as error:  # noqa: BLE001 # a row that breaks our own code must not block those behind it
        _set_apart(row, owner, f"No message can be made of this delivery: {error!r}")
        return False
    started = time.monotonic()
    try:
        receipt = way.session.send(message)
    except PermanentFailure as error:
        _set_apart(row, owner, _shown(error, address, row))
    except PassingFailure as error:
        if error.whole_channel:
            raise _Away(_shown(error, address, row)) from error
        _postpone(row, owner, _shown(error, address, row), error.retry_after)
    except Exception as error:  # noqa: BLE001 # UncertainFailure, and whatever an adapter lets slip: nobody knows
        words = error if isinstance(error, ChannelFailure) else f"The channel failed: {error!r}"
        _doubt(row, owner, _shown(words, address, row), repeatable=info.repeatable)
    else:
        flight.arrived(row.pk, _shown(receipt.text, address, row))
        took = round((time.monotonic() - started) * 1000)
        log.info("delivery.sent", delivery=row.pk, channel=row.channel, topic=row.topic, ms=took)
        return False
    return time.monotonic() - started >= SILENCE


def _address(row: Delivery, info: ChannelInfo) -> str:
    """Of a mail its recipient; of everything else the secret behind the target's name. Raises as `_send_one` expects."""
    if info.payload == "mail":
        return row.recipient
    target = targets.named(row.channel, row.recipient)
    if target is None:
        raise BadPayload(
            f"There is no target “{row.recipient}” of the channel {row.channel} in the configuration (any more)."
        )
    return target.address()


def _shown(words: object, address: str, row: Delivery) -> str:
    """What a channel says, for rows and logs: a target's address is a secret, and channels may be careless."""
    return str(words).replace(address, row.recipient)


def _postpone(row: Delivery, owner: str, error: str, retry_after: timedelta | None) -> None:
    if row.attempt >= MAX_ATTEMPTS:
        _set_apart(row, owner, f"{error} (given up after {row.attempt} attempts)")
        return
    log.warning("delivery.postponed", delivery=row.pk, attempt=row.attempt, error=error)
    pause = min(retry_after or timedelta(0), LONGEST_PAUSE)
    OUTBOX.postpone(
        row.pk, owner, error=error, attempt=row.attempt, max_attempts=MAX_ATTEMPTS, at_least=pause
    )


@transaction.atomic
def _set_apart(row: Delivery, owner: str, error: str) -> None:
    log.error("delivery.set_apart", delivery=row.pk, channel=row.channel, topic=row.topic, error=error)
    if OUTBOX.set_apart(row.pk, owner, error=error):
        emit(DeliverySetApart(delivery_id=row.pk, topic=row.topic))


@transaction.atomic
def _doubt(row: Delivery, owner: str, error: str, *, repeatable: bool) -> None:
    again = repeatable and (not row.maybe_repeated or row.attempt < MAX_DOUBTS)
    log.error("delivery.in_doubt", delivery=row.pk, channel=row.channel, again=again, error=error)
    if OUTBOX.doubt(row.pk, owner, error=error, repeatable=again, attempt=row.attempt) and not again:
        emit(DeliverySetApart(delivery_id=row.pk, topic=row.topic))


def _channel_rests(name: str, rows: Sequence[Delivery], owner: str, error: str) -> None:
    """Give these rows back uncounted, and let everything else for the channel wait as well."""
    log.error("channel.away", channel=name, waiting=len(rows), error=error)
    OUTBOX.release(_pks(rows), owner, error=error, rest=CHANNEL_REST)
    OUTBOX.rest(until=clock.now() + CHANNEL_REST, channel=name)


def _target_rests(row: Delivery, behind: Sequence[Delivery], owner: str) -> None:
    """What else waits for a target that hangs waits a minute, uncounted: each try would hold up everybody's mail."""
    waiting = [other for other in behind if other.recipient == row.recipient]
    log.warning("target.hangs", channel=row.channel, target=row.recipient, waiting=len(waiting))
    words = f"The target {row.recipient} did not answer another message in time; tried again in a minute."
    OUTBOX.release(_pks(waiting), owner, error=words, rest=CHANNEL_REST)
    OUTBOX.rest(until=clock.now() + CHANNEL_REST, channel=row.channel, recipient=row.recipient)


def _pks(rows: Iterable[Delivery]) -> list[int]:
    return [row.pk for row in rows]


def recover() -> int:
    """Take back what dead workers held: repeatable ones go again, the others wait for a person. Returns how many."""
    taken = 0
    OUTBOX.shorten(span=LEASE)
    expired = Delivery.objects.filter(pk__in=OUTBOX.expired())
    for name in set(expired.values_list("channel", flat=True)):
        repeatable = _repeatable(name)
        begun = expired.filter(channel=name, begun_at__isnull=False)
        lost = begun.filter(attempt__gte=MAX_DOUBTS) if repeatable else begun
        for row in lost:
            with transaction.atomic():
                if OUTBOX.recover(repeatable=False, pk=row.pk):
                    emit(DeliverySetApart(delivery_id=row.pk, topic=row.topic))
                    taken += 1
        taken += OUTBOX.recover(repeatable=repeatable, channel=name)
    return taken


def _repeatable(name: str) -> bool:
    try:
        return channels.info(name).repeatable
    except (UnknownChannel, BadConfiguration):
        return False
