"""News of the house: rows written with the change, dispatched at least once to idempotent reactions."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from vigie.kernel import clock, journal
from vigie.kernel.models import Dispatch, EventRow

log = journal.of(__name__)

MAX_ATTEMPTS = 12
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=30)


@dataclass(frozen=True)
class Event:
    """Base of each domain's events: small frozen facts, JSON types only (ids, texts, numbers)."""

    kind: ClassVar[str]


Reaction = Callable[[Mapping[str, Any]], None]
ReactionTable = Mapping[str, Sequence[tuple[str, Reaction]]]


def emit(event: Event) -> EventRow:
    """Write the event row; must run inside the transaction of the change it tells of."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{event.kind} emitted outside a transaction: the change and its news would part")
    return EventRow.objects.create(at=clock.now(), kind=event.kind, payload=dataclasses.asdict(event))


def latest_id() -> int:
    """Id of the newest event, 0 if none: what a derived thing (the public site) compares itself with."""
    return EventRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _owing() -> QuerySet[EventRow]:
    """Events with a reaction to run now. One whose reactions all wait for their next try delays no other."""
    open_ = Dispatch.objects.filter(event=OuterRef("pk"), done_at__isnull=True, set_apart=False)
    waiting = {"next_at__gt": clock.now(), "next_at__lte": clock.now() + LONGEST_DELAY}
    later = open_.filter(**waiting)
    now = open_.exclude(**waiting)
    return EventRow.objects.filter(~Exists(later) | Exists(now), settled=False).order_by("pk")


def dispatches_due() -> bool:
    """Whether some reaction may be owed now."""
    return _owing().exists()


def dispatch_due(table: ReactionTable, *, limit: int = 100) -> int:
    """Run reactions that are owed, oldest event first; returns how many ran (well or not).

    Each reaction runs in one transaction with the row that marks it done: a crash before the commit leaves both
    undone. One failing reaction delays only itself; after `MAX_ATTEMPTS` it is set apart for a person.
    """
    ran = 0
    for event in _owing()[:limit]:
        reactions = table.get(event.kind, ())
        if reactions:
            ran += sum(_try(event, name, reaction) for name, reaction in reactions)
        _settle(event, len(reactions))
    return ran


def _settle(event: EventRow, owed: int) -> None:
    finished = event.dispatches.filter(Q(done_at__isnull=False) | Q(set_apart=True)).count()
    if finished >= owed:
        EventRow.objects.filter(pk=event.pk).update(settled=True)


def _try(event: EventRow, name: str, reaction: Reaction) -> int:
    dispatch, _made = Dispatch.objects.get_or_create(event=event, reaction=name)
    if dispatch.done_at or dispatch.set_apart or _waits(dispatch.next_at):
        return 0
    try:
        with transaction.atomic():
            claimed = Dispatch.objects.filter(pk=dispatch.pk, done_at__isnull=True).update(
                done_at=clock.now()
            )
            if claimed:
                reaction(event.payload)
    except Exception as error:  # noqa: BLE001 # whatever a reaction raises must not stop the others
        if isinstance(error, IntegrityError):
            log.warning("reaction.conflict", reaction=name, event_id=event.pk)
        _postpone(dispatch, error)
    return 1


def _waits(until: datetime | None) -> bool:
    """A pause longer than any was begun before the clock was set back: it is over."""
    return until is not None and timedelta() < until - clock.now() <= LONGEST_DELAY


def _postpone(dispatch: Dispatch, error: Exception) -> None:
    attempts = dispatch.attempts + 1
    delay = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    log.error("reaction.failed", reaction=dispatch.reaction, event_id=dispatch.event_id, error=repr(error))
    Dispatch.objects.filter(pk=dispatch.pk).update(
        attempts=attempts,
        next_at=clock.now() + delay,
        set_apart=attempts >= MAX_ATTEMPTS,
        last_error=repr(error)[:2000],
    )


def set_apart() -> QuerySet[Dispatch]:
    """Reactions that nobody will try again by itself, oldest event first."""
    rows = Dispatch.objects.filter(set_apart=True, done_at__isnull=True)
    return rows.select_related("event").order_by("event_id", "pk")


def take_up(dispatch: Dispatch) -> bool:
    """Have a reaction that was set apart tried again from the start; False if somebody was quicker."""
    taken = set_apart().filter(pk=dispatch.pk).update(set_apart=False, attempts=0, next_at=None)
    if taken:
        EventRow.objects.filter(pk=dispatch.event_id).update(settled=False)
    return taken == 1


def let_go(dispatch: Dispatch) -> bool:
    """Leave a reaction that was set apart undone for good; False if somebody was quicker."""
    return set_apart().filter(pk=dispatch.pk).update(done_at=clock.now()) == 1
