"""Allowed moves as a table, made by conditional updates that demand exactly one row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from vigie.kernel.errors import Conflict, Refused


@dataclass(frozen=True)
class Lifecycle:
    """The states of a thing and the moves between them; `moves[from][to]` says why the move exists."""

    name: str
    moves: Mapping[str, Mapping[str, str]]

    def permits(self, source: str, target: str) -> bool:
        return target in self.moves.get(source, {})

    def check(self, source: str, target: str) -> None:
        """Raise `Refused` if the table has no such move."""
        if not self.permits(source, target):
            raise Refused(
                f"{self.name}.not_from_{source}",
                _("This %(thing)s is “%(source)s”: it can't become “%(target)s”.")
                % {"thing": self.name, "source": source, "target": target},
                hint=_("Reload the page: somebody may have acted in the meantime."),
            )

    def move(self, row: Model, target: str, *, field: str = "state", **changes: Any) -> str:
        """Move `row` to `target` and set `changes` with it, if it still stands where we saw it.

        Returns the state it left. Raises `Refused` for a move not in the table, `Conflict` when another
        transaction was faster. The row in memory is brought up to date.
        """
        source = str(getattr(row, field))
        self.check(source, target)
        change_one(row, expect={field: source}, **{field: target}, **changes)
        return source


def change_one(row: Model, *, expect: Mapping[str, Any], **changes: Any) -> None:
    """Conditional update of exactly this row; `Conflict` unless every expected value still holds.

    SQLite has no row locks, so this, and never `select_for_update`, is how two people are kept apart.
    """
    manager = type(row)._default_manager  # noqa: SLF001 # Django's documented name for "any model's manager"
    if manager.filter(pk=row.pk, **expect).update(**changes) != 1:
        raise Conflict(
            "conflict",
            _("Somebody changed this a moment ago; nothing of yours was applied."),
            hint=_("Reload the page, look at what changed, and try again."),
        )
    for name, value in changes.items():
        setattr(row, name, value)


def hold(row: Model, *, field: str = "state") -> None:
    """Until the transaction ends nobody else changes this row; `Conflict` unless `field` still is what we saw.

    For a verb that writes beside the row (a line of an outage) what only its state permits. An update that changes
    nothing: it locks the row on PostgreSQL; SQLite lets one writer in anyway.
    """
    seen = getattr(row, field)
    change_one(row, expect={field: seen}, **{field: seen})


M = TypeVar("M", bound=Model)


def once(find: Callable[[], M | None], make: Callable[[], M]) -> tuple[M, bool]:
    """What `find` finds, or what `make` makes; and whether it was made here.

    Two requests with one key (a second click) may both find nothing: the one whose row the database refuses gets the
    other's. Run it inside the transaction of the verb.
    """
    if found := find():
        return found, False
    try:
        with transaction.atomic():
            return make(), True
    except IntegrityError:
        if found := find():
            return found, False
        raise
