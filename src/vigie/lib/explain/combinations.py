"""All combinations that could be a finding, counted level by level on the cube."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vigie.lib.explain.cube import Cube, Floats, Support, sums

Members = NDArray[np.uint16]
Cells = NDArray[np.int64]
CHUNK = 2048  # cells counted at once: what they need stays in the processor's cache


@dataclass(frozen=True)
class Level:
    """The combinations of one set of attributes: `member[cell]` is the number of the cell's, 0 if it has none."""

    attributes: tuple[int, ...]
    member: Members
    values: NDArray[np.uint16]  # [combination, attribute]: the codes; the first row stands for none
    jobs: Floats


Place = tuple[Level, int]


class Combinations:
    """Every combination that has support, those that hold exactly the rows of a shorter one left out.

    They are numbered through; number 0 of each level stands for the cells without any, and is never a combination.
    """

    def __init__(self, cube: Cube, levels: Sequence[Level]) -> None:
        self.levels = tuple(levels)
        lengths = [len(level.values) for level in self.levels]
        self.starts = np.cumsum([0, *lengths])
        self.size = int(self.starts[-1])
        self.real = np.ones(self.size, bool)
        self.real[self.starts[:-1]] = False
        self.orders = np.repeat([len(level.attributes) for level in self.levels], lengths)
        # cell by cell, so that a few cells are counted for all combinations at once
        self._members = np.empty((len(cube.jobs), len(self.levels)), np.uint16)
        for place, level in enumerate(self.levels):
            self._members[:, place] = level.member
        self._measures = (cube.jobs, cube.flagged)

    def count(self, cells: Cells) -> tuple[Floats, Floats]:
        """Rows and flagged rows of every combination within some cells."""
        counted = np.zeros((2, self.size))
        for start in range(0, len(cells), CHUNK):
            some = cells[start : start + CHUNK]
            numbers = (self._members[some] + self.starts[:-1]).ravel()
            for row, measure in enumerate(self._measures):
                counted[row] += sums(numbers, np.repeat(measure[some], len(self.levels)), self.size)
        return counted[0], counted[1]

    def place(self, combination: int) -> Place:
        """The level of a combination and its number there."""
        level = int(np.searchsorted(self.starts, combination, "right")) - 1
        return self.levels[level], combination - int(self.starts[level])

    def cells(self, combination: int) -> Cells:
        """The cells of a combination."""
        level, number = self.place(combination)
        return np.flatnonzero(level.member == number)


def enumerate_combinations(cube: Cube, sizes: list[int], order: int, support: Support) -> Combinations:
    """Count all combinations up to `order` attributes; one is only tried if its first part has support (apriori)."""
    return _Enumeration(cube, sizes, support).run(order)


@dataclass
class _Enumeration:
    cube: Cube
    sizes: list[int]
    support: Support
    found: dict[tuple[int, ...], Level] = field(default_factory=dict)

    def run(self, order: int) -> Combinations:
        for length in range(1, order + 1):
            for attributes in combinations(range(len(self.sizes)), length):
                if length > 1 and attributes[:-1] not in self.found:
                    continue
                level = self._level(attributes)
                if level is not None:
                    self.found[attributes] = level
        return Combinations(self.cube, tuple(self.found.values()))

    def _level(self, attributes: tuple[int, ...]) -> Level | None:
        """The frequent combinations of these attributes; flagged cells are counted first, all others only if needed."""
        last, places = self.cube.codes[attributes[-1]], self.sizes[attributes[-1]]
        prefix = self.found.get(attributes[:-1])
        before = prefix.member if prefix else np.ones(len(last), np.uint16)
        above = prefix.values if prefix else np.zeros((2, 0), np.uint16)
        room = len(above) * places
        keys = self._frequent(before, last, places, room)
        if not len(keys):
            return None
        whole = before.astype(np.intp) * places + last
        member = _numbered(keys, room)[whole]
        jobs = sums(member, self.cube.jobs, len(keys) + 1)
        news = ~self._repeats(member, jobs, attributes)
        if not news.all():
            keys = keys[news]
            if not len(keys):
                return None
            member, jobs = _numbered(keys, room)[whole], np.concatenate([jobs[:1], jobs[1:][news]])
        values = np.zeros((len(keys) + 1, len(attributes)), np.uint16)
        values[1:, :-1], values[1:, -1] = above[keys // places], keys % places
        return Level(attributes, member, values, jobs)

    def _frequent(self, before: Members, last: Members, places: int, room: int) -> NDArray[np.intp]:
        marked = slice(0, self.cube.marked)
        key = before[marked].astype(np.intp) * places + last[marked]
        frequent = self.support.has(
            sums(key, self.cube.flagged[marked], room), sums(key, self.cube.lost[marked], room)
        )
        frequent[:places] = False  # the first part has no support
        frequent[::places] = False  # the last value has none
        return np.flatnonzero(frequent)

    def _repeats(self, member: Members, jobs: Floats, attributes: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which combinations (from 1) hold the same rows as one with an attribute less."""
        repeated = np.zeros(len(jobs) - 1, bool)
        if len(attributes) == 1:
            return repeated
        sample = np.zeros(len(jobs), np.int64)  # a cell of each: what has support has flagged cells
        sample[member[: self.cube.marked]] = np.arange(self.cube.marked)
        for left_out in range(len(attributes)):
            shorter = self.found.get(attributes[:left_out] + attributes[left_out + 1 :])
            if shorter is not None:
                within = shorter.member[sample[1:]]
                repeated |= (within > 0) & (shorter.jobs[within] == jobs[1:])
        return repeated


def _numbered(keys: NDArray[np.intp], room: int) -> Members:
    """A table from key to number: the keys are 1, 2, 3…, all others 0."""
    table = np.zeros(room, np.uint16)
    table[keys] = np.arange(1, len(keys) + 1)
    return table
