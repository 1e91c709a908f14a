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
    """The runs that lead from `old` to `new`, in reading order; empty if both are empty."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    found: list[Piece] = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(Piece("same", "".join(before[i:j])))
            continue
        if j > i:
            found.append(Piece("gone", "".join(before[i:j])))
        if m > k:
            found.append(Piece("new", "".join(after[k:m])))
    return found


def changed(pieces: Iterable[Piece]) -> bool:
    return any(piece.how != "same" for piece in pieces)
