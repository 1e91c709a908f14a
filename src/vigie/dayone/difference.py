"""What a file would change: rows read, compared with what is there. Nothing is written here."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from vigie.dayone.columns import Unreadable, Value, labelled, words
from vigie.dayone.kind import Key, Kind, Values
from vigie.dayone.table import BadLine, Row, Table, shown


@dataclass(frozen=True)
class Step:
    """One row to be written: `values` is the whole row, `changes` what differs ({column: (old, new)}; new rows: none)."""

    number: int
    text: str
    values: Values
    new: bool
    changes: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """A file of one kind against what Vigie holds. `absent` is in Vigie but not in the file: told, never deleted."""

    kind: Kind
    steps: Sequence[Step]
    unchanged: int
    absent: Sequence[str]
    bad: Sequence[BadLine]
    unread: Sequence[str] = ()

    @property
    def added(self) -> list[Step]:
        return [step for step in self.steps if step.new]

    @property
    def changed(self) -> list[Step]:
        return [step for step in self.steps if not step.new]

    def label(self, step: Step) -> str:
        return labelled(self.kind.key_of(step.values))

    @property
    def fingerprint(self) -> str:
        """The same for the same acts on the same rows: what was seen is what is done, or nothing is."""
        acts = [[step.new, sorted(step.values.items()), sorted(step.changes.items())] for step in self.steps]
        text = json.dumps([self.kind.name, acts], default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def without(self, refused: Mapping[int, str]) -> "Difference":
        """The same with steps that a verb refused kept aside: {line: reason}."""
        texts = {step.number: step.text for step in self.steps}
        bad = [*self.bad, *(BadLine(n, shown(texts[n]), why) for n, why in refused.items())]
        steps = [step for step in self.steps if step.number not in refused]
        return replace(self, steps=steps, bad=sorted(bad, key=lambda line: line.number))


def compare(kind: Kind, table: Table) -> Difference:
    """Read every row's cells and set them against what is there."""
    bad = list(table.bad)
    read: dict[Key, tuple[Row, dict[str, Value]]] = {}
    for row in table.rows:
        try:
            values = _values(kind, row)
            key = kind.key_of(values)
        except Unreadable as error:
            bad.append(BadLine(row.number, shown(row.text), str(error)))
            continue
        if key in read:
            reason = _("line %(n)d is about the same already") % {"n": read[key][0].number}
            bad.append(BadLine(row.number, shown(row.text), reason))
        else:
            read[key] = (row, values)
    there = {kind.key_of(values): values for values in kind.present(_complete(kind, read.values()))}
    steps: list[Step] = []
    unchanged = 0
    for key, (row, values) in read.items():
        try:
            step = _step(kind, row, values, there.get(key))
        except Unreadable as error:
            bad.append(BadLine(row.number, shown(row.text), str(error)))
            continue
        if step:
            steps.append(step)
        else:
            unchanged += 1
    absent = [
        labelled(key) for key, values in there.items() if key not in read and values.get("active", True)
    ]
    bad.sort(key=lambda line: line.number)
    return Difference(kind, steps, unchanged, absent, bad, table.unread)


def _values(kind: Kind, row: Row) -> dict[str, Value]:
    """The cells that the file has; a key is never empty."""
    values = {
        column.name: column.value(row.cells[column.name])
        for column in kind.columns
        if column.name in row.cells
    }
    if empty := next(
        (name for name in kind.key if values.get(name, "") == "" and not _defaulted(kind, name)), ""
    ):
        raise Unreadable(_("has no %(column)s") % {"column": empty})
    for name in kind.key:
        values.setdefault(name, kind.column(name).default)
    return values


def _defaulted(kind: Kind, name: str) -> bool:
    return kind.column(name).default != ""


def _complete(kind: Kind, read: Iterable[tuple[Row, Values]]) -> list[Values]:
    return [{column.name: column.default for column in kind.columns} | dict(values) for _row, values in read]


def _step(kind: Kind, row: Row, values: Values, there: Values | None) -> Step | None:
    """What this row asks for; None if that is so already. `Unreadable` if it lacks what a new row needs."""
    if there is None:
        whole = {column.name: column.default for column in kind.columns} | dict(values)
        if empty := next((one.name for one in kind.columns if one.needed and whole[one.name] == ""), ""):
            raise Unreadable(_("has no %(column)s, and is new") % {"column": empty})
        return Step(row.number, row.text, whole, new=True)
    changes = {name: (there[name], value) for name, value in values.items() if there[name] != value}
    if not changes:
        return None
    if there.get("active") is False and "active" not in values:
        raise Unreadable(_("has left or ended; a column “active” with yes would bring it back"))
    return Step(row.number, row.text, {**there, **values}, new=False, changes=changes)


def as_words(kind: Kind, step: Step) -> list[tuple[str, str, str]]:
    """(column, old, new) of a step, as people read them; for a new row what it holds, old empty."""
    if step.new:
        return [
            (name, "", words(value))
            for name, value in step.values.items()
            if name not in kind.key and words(value)
        ]
    return [(name, words(old), words(new)) for name, (old, new) in step.changes.items()]
