"""Two texts compared by words, for people: what went, what came, what stayed. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

_PIECES = re.compile(r"\n\n|\w+(?:[’'-]\w+)*|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A run of words; `how` is "same", "gone" or "new"."""

    how: str
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """The runs that lead from `old` to `new`, in reading order; empty if both are empty.

    A blank between two changed words belongs to the change: people read phrases, not words in turns.
    """
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    runs = [(what == "equal", "".join(before[i:j]), "".join(after[k:m])) for what, i, j, k, m in steps]
    found: list[Piece] = []
    gone = came = ""
    for place, (same, left, right) in enumerate(runs):
        if same and (left.strip() or place in {0, len(runs) - 1}):
            found += [*_change(gone, came), Piece("same", left)]
            gone = came = ""
        else:
            gone, came = gone + left, came + right
    return [*found, *_change(gone, came)]


def _change(gone: str, came: str) -> list[Piece]:
    return [Piece(how, text) for how, text in (("gone", gone), ("new", came)) if text]


def changed(pieces: Iterable[Piece]) -> bool:
    return any(piece.how != "same" for piece in pieces)
