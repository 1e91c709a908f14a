"""The one clock of the house; everything that asks the time asks here, so that tests can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time; frozen by `travel`, moved by `tick`, real otherwise."""

    def __init__(self) -> None:
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        return self._frozen or datetime.now(UTC)

    @contextmanager
    def travel(self, to: datetime) -> Iterator["Clock"]:
        """Stand still at `to` (aware) until the block ends; `tick` moves within it."""
        before = self._frozen
        self.set(to)
        try:
            yield self
        finally:
            self._frozen = before

    def set(self, to: datetime) -> None:
        if to.tzinfo is None:
            raise ValueError("the clock takes aware times only")
        self._frozen = to.astimezone(UTC)

    def tick(self, **span: float) -> datetime:
        """Move a frozen clock by a `timedelta(**span)`; returns the new time."""
        if self._frozen is None:
            raise ValueError("only a clock that travels can tick")
        self._frozen += timedelta(**span)
        return self._frozen


clock = Clock()


def now() -> datetime:
    """The present as aware UTC."""
    return clock.now()
