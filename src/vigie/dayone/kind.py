"""What can be imported and exported: the shape that every kind fills in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from vigie.dayone.columns import Column, Value
from vigie.kernel.access import Actor
from vigie.kernel.errors import Text

Values = Mapping[str, Value]
Key = tuple[Value, ...]


@dataclass(frozen=True)
class Kind:
    """Rows of one sort: their columns, what is there now, and the verb that writes one.

    `present` is asked with the rows of a file, so that a kind with a long past may answer for their span only; without
    (for an export) it answers everything. `save` gets every column; it may raise any `VigieError`, and the row is then
    kept aside. `together` stands around the saving of all rows. `save_all` instead writes many in one act; `check` then makes the function that finds what is wrong without writing.
    """

    name: str
    title: Text
    about: Text
    columns: Sequence[Column]
    key: Sequence[str]
    require: Callable[[Actor], None]
    present: Callable[[Sequence[Values] | None], Iterable[Values]]
    save: Callable[[Actor, Values], object] | None = None
    together: Callable[[Actor], AbstractContextManager[None]] = lambda _actor: nullcontext()
    save_all: Callable[[Actor, Sequence[Values]], object] | None = None
    check: Callable[[], Callable[[Values], str]] | None = None
    headless: bool = False

    def key_of(self, values: Values) -> Key:
        return tuple(values[name] for name in self.key)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def can_end(self) -> bool:
        """Whether rows of this kind end rather than vanish."""
        return any(column.name == "active" for column in self.columns)


V = TypeVar("V", bound=Value)


def _as(row: Values, name: str, of: type[V]) -> V:
    value = row[name]
    if not isinstance(value, of):
        raise TypeError(f"the column {name} should read a {of.__name__}, not {value!r}")
    return value


def texts(row: Values, name: str) -> tuple[str, ...]:
    """What a column of codes or names read."""
    return _as(row, name, tuple)


def number(row: Values, name: str) -> int:
    """What a column of whole numbers read."""
    return _as(row, name, int)


def time(row: Values, name: str) -> datetime:
    """What a column of times read."""
    return _as(row, name, datetime)


def day(row: Values, name: str) -> date | None:
    """What a column of days read; None for an empty cell."""
    return None if row[name] == "" else _as(row, name, date)
