"""What a module of the worker is: data, and two functions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.kernel import clock


@dataclass(frozen=True)
class Turn:
    """One run of a module: who runs it, until when, and whether the program is asked to stop."""

    owner: str
    until: datetime
    stopping: Callable[[], bool]

    def go_on(self) -> bool:
        """Long work asks this between two steps, and ends in good order when the answer is no."""
        return not self.stopping() and clock.now() < self.until


def always() -> bool:
    return True


@dataclass(frozen=True)
class Module:
    """One thing that happens by itself.

    Every `every` it looks whether something is `due` (a cheap read) and if so does it: `work` returns how much it
    did. `limit` is how long one run may last; its lock is then anybody's. `alone`: only one worker at a time runs it;
    a module whose rows carry leases of their own may run in several.
    """

    name: str
    every: timedelta
    work: Callable[[Turn], int]
    limit: timedelta = timedelta(minutes=5)
    due: Callable[[], bool] = always
    alone: bool = True
