"""Lease, attempt, backoff, in doubt, set apart: once for every outward or dangerous act.

The intent is a row written before the network call. A worker leases it, acts, and settles it; a worker that dies
leaves a lease that runs out. What happened between the act and the settling nobody knows: the row is then *in
doubt*. An act that may be repeated (a mail with a stable Message-ID) is tried again and says so; any other waits
for a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from vigie.kernel import clock

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
RACES = 20  # lost one after another before a worker believes that others do all the work


def backoff(attempt: int) -> timedelta:
    """Delay after the n-th failed attempt (1, 2, …): 30 s, doubling, an hour at most."""
    doublings: int = min(attempt - 1, 10)
    return min(FIRST_DELAY * float(2**doublings), LONGEST_DELAY)


class IntentState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    LEASED = "leased", _("being sent")
    DONE = "done", _("sent")
    IN_DOUBT = "in_doubt", _("in doubt")
    SET_APART = "set_apart", _("set apart")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (IntentState.WAITING, IntentState.LEASED, IntentState.IN_DOUBT)


class Intent(models.Model):
    """Columns of an outward act; a domain's table inherits them and adds what is to be done, and to whom."""

    state = models.CharField(max_length=10, choices=IntentState.choices, default=IntentState.WAITING)
    not_before = models.DateTimeField()
    owner = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    attempted_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True, blank=True
    )
    done_at = models.DateTimeField(null=True, blank=True)
    maybe_repeated = models.BooleanField(default=False)
    receipt = models.CharField(max_length=500, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True
        indexes: ClassVar = [models.Index(fields=["state", "not_before"])]


@dataclass(frozen=True)
class Intents:
    """The verbs over one table of intents; every one a conditional update, so that workers may race.

    `born` is the table's column of creation times, if it has one: see `due`.
    """

    model: type[Intent]
    born: str = ""

    @property
    def rows(self) -> models.QuerySet[Intent]:
        return self.model._default_manager.all()  # noqa: SLF001 # Django's documented name for "any model's manager"

    def due(self) -> models.QuerySet[Intent]:
        """Rows that wait no longer. One whose past lies in the future was written before the clock was set back:
        its time to wait can't be read from this clock any more, so it goes now rather than hours late.
        """
        now = clock.now()
        ripe = Q(not_before__lte=now) | Q(attempted_at__gt=now)
        if self.born:
            ripe |= Q(**{f"{self.born}__gt": now})
        return self.rows.filter(ripe, state=IntentState.WAITING)

    def lease_batch(self, owner: str, *, size: int, span: timedelta) -> list[int]:
        """Lease up to `size` due rows for `owner`, oldest first; returns their primary keys, none if nothing is due.

        Two workers that race for a row are told apart by the conditional update: the loser looks again.
        """
        for _race in range(RACES):
            candidates = list(self.due().order_by("not_before", "pk").values_list("pk", flat=True)[:size])
            if not candidates:
                break
            if won := self._lease(candidates, owner, span):
                return won
        return []

    def _lease(self, candidates: list[int], owner: str, span: timedelta) -> list[int]:
        now = clock.now()
        won = self.rows.filter(pk__in=candidates, state=IntentState.WAITING).update(
            state=IntentState.LEASED,
            owner=owner,
            leased_until=now + span,
            attempt=F("attempt") + 1,
            attempted_at=now,
        )
        if won in {0, len(candidates)}:
            return candidates if won else []
        mine = self.rows.filter(pk__in=candidates, state=IntentState.LEASED, owner=owner)
        return list(mine.order_by("not_before", "pk").values_list("pk", flat=True))

    def begin(self, pk: int, owner: str, *, span: timedelta) -> bool:
        """Last look before the network call: still ours? Marks the call as begun and renews the lease."""
        return bool(self.begin_batch([pk], owner, span=span))

    def begin_batch(self, pks: list[int], owner: str, *, span: timedelta) -> set[int]:
        """`begin` for a few acts that follow each other closely; returns those that are still ours.

        All of them are in doubt if the worker dies before they are settled: keep the batch small.
        """
        now = clock.now()
        mine = self.rows.filter(pk__in=pks, state=IntentState.LEASED, owner=owner)
        if mine.update(begun_at=now, leased_until=now + span) == len(pks):
            return set(pks)
        return set(mine.values_list("pk", flat=True))

    def confirm(self, pk: int, owner: str, *, receipt: str = "") -> bool:
        return self._settle(
            pk, owner, state=IntentState.DONE, done_at=clock.now(), receipt=receipt[:500], last_error=""
        )

    def confirm_batch(self, receipts: Mapping[int, str], owner: str) -> int:
        """`confirm` for several acts in one statement; `receipts` is {row: what the far end answered}."""
        if not receipts:
            return 0
        # The same by `Case(When(…))` takes Django a third as long as handing the mails over.
        cases = " ".join(["WHEN %s THEN %s"] * len(receipts))
        said = [part for pk, receipt in receipts.items() for part in (pk, receipt[:500])]
        return self.rows.filter(pk__in=list(receipts), state=IntentState.LEASED, owner=owner).update(
            state=IntentState.DONE,
            done_at=clock.now(),
            receipt=RawSQL(f"CASE id {cases} ELSE '' END", said, output_field=models.CharField()),  # noqa: S611 # only placeholders
            last_error="",
            owner="",
            leased_until=None,
            begun_at=None,
        )

    def postpone(
        self,
        pk: int,
        owner: str,
        *,
        error: str,
        attempt: int,
        max_attempts: int,
        at_least: timedelta = timedelta(0),
    ) -> bool:
        """A passing failure: try again later, not before `at_least`, or set apart after `max_attempts`."""
        if attempt >= max_attempts:
            return self.set_apart(pk, owner, error=error)
        return self._settle(
            pk,
            owner,
            state=IntentState.WAITING,
            not_before=clock.now() + max(backoff(attempt), at_least),
            last_error=error[:2000],
        )

    def set_apart(self, pk: int, owner: str, *, error: str) -> bool:
        """A permanent failure: nobody tries again until a person says so."""
        return self._settle(pk, owner, state=IntentState.SET_APART, last_error=error[:2000])

    def doubt(self, pk: int, owner: str, *, error: str, repeatable: bool, attempt: int) -> bool:
        """The act may or may not have happened. Repeatable acts go again, and keep the mark."""
        if repeatable:
            return self._settle(
                pk,
                owner,
                state=IntentState.WAITING,
                not_before=clock.now() + backoff(attempt),
                maybe_repeated=True,
                last_error=error[:2000],
            )
        return self._settle(pk, owner, state=IntentState.IN_DOUBT, last_error=error[:2000])

    def release(self, pks: Iterable[int], owner: str, *, error: str, rest: timedelta) -> int:
        """Nothing was tried, or what failed was not the row's fault: give it back to wait for `rest`.

        The attempt is not counted, so that a far end that is away for days uses no row up. Returns how many.
        """
        return self.rows.filter(pk__in=list(pks), state=IntentState.LEASED, owner=owner).update(
            state=IntentState.WAITING,
            not_before=clock.now() + rest,
            attempt=F("attempt") - 1,
            owner="",
            leased_until=None,
            begun_at=None,
            last_error=error[:2000],
        )

    def rest(self, *, until: datetime, **which: Any) -> int:
        """Let every waiting row of `which` wait until then: its far end is away. Returns how many."""
        return self.rows.filter(state=IntentState.WAITING, not_before__lt=until, **which).update(
            not_before=until
        )

    def expired(self, **which: Any) -> models.QuerySet[Intent]:
        """Rows whose worker died: leased, and the lease ran out."""
        return self.rows.filter(state=IntentState.LEASED, leased_until__lt=clock.now(), **which)

    def shorten(self, *, span: timedelta) -> int:
        """No lease given today lasts longer than `span`: one that does was given before the clock was set back.

        Whoever gave it may be alive and renews it at its next step; if not, it runs out by today's clock. Returns how many.
        """
        latest = clock.now() + span
        return self.rows.filter(state=IntentState.LEASED, leased_until__gt=latest).update(leased_until=latest)

    def abandon(self, owner: str) -> int:
        """The owner's last run broke off (its database was away): what it holds is anybody's. Returns how many."""
        held = self.rows.filter(state=IntentState.LEASED, owner=owner)
        return held.update(leased_until=clock.now() - timedelta(seconds=1))

    def recover(self, *, repeatable: bool, **which: Any) -> int:
        """Take back leases that ran out: not begun goes on waiting; begun is in doubt (see `doubt`)."""
        now = clock.now()
        lost = self.expired(**which)
        untouched = lost.filter(begun_at__isnull=True).update(
            state=IntentState.WAITING, owner="", leased_until=None
        )
        begun: dict[str, Any] = {"owner": "", "leased_until": None, "begun_at": None}
        if repeatable:
            begun |= {"state": IntentState.WAITING, "maybe_repeated": True, "not_before": now}
        else:
            begun |= {"state": IntentState.IN_DOUBT}
        begun["last_error"] = "the worker died during the call"
        return untouched + lost.filter(begun_at__isnull=False).update(**begun)

    def retry(self, pk: int) -> bool:
        """A person says: again, now."""
        return (
            self.rows.filter(
                pk=pk, state__in=(IntentState.SET_APART, IntentState.IN_DOUBT, IntentState.WAITING)
            ).update(
                state=IntentState.WAITING,
                not_before=clock.now(),
                attempt=0,
                owner="",
                leased_until=None,
                begun_at=None,
            )
            == 1
        )

    def resolve(self, pk: int, *, happened: bool) -> bool:
        """A person looked and knows: it happened, or it is given up."""
        target = IntentState.DONE if happened else IntentState.CANCELLED
        return (
            self.rows.filter(pk=pk, state__in=(IntentState.IN_DOUBT, IntentState.SET_APART)).update(
                state=target, done_at=clock.now()
            )
            == 1
        )

    def _settle(self, pk: int, owner: str, **changes: Any) -> bool:
        return (
            self.rows.filter(pk=pk, state=IntentState.LEASED, owner=owner).update(
                owner="", leased_until=None, begun_at=None, **changes
            )
            == 1
        )
