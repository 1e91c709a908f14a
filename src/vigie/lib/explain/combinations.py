"""All combinations that could be a finding, counted level by level on the cube."""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vigie.lib.explain.cube import Cube, Floats, keep, sums

Members = NDArray[np.uint16]
Cells = NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """The combinations of one set of attributes: `member[cell]` is the number of the cell's, 0 if it has none."""

    attributes: tuple[int, ...]
    member: Members
    values: NDArray[np.uint16]  # [combination, attribute]: the codes; the first row stands for none
    jobs: Floats
    start: int  # where its combinations stand among all


@dataclass(frozen=True)
class Combinations:
    """Every combination that has support, those that hold exactly the rows of a shorter one left out."""

    levels: tuple[Level, ...]
    size: int

    def count(self, cube: Cube, cells: Cells | slice) -> tuple[Floats, Floats, Floats]:
        """Rows, flagged rows and loss of every combination within some cells."""
        counted = np.zeros((3, self.size))
        measures = (cube.jobs[cells], cube.flagged[cells], cube.lost[cells])
        for level in self.levels:
            member, places = level.member[cells], len(level.values)
            for row, measure in enumerate(measures):
                counted[row, level.start : level.start + places - 1] = sums(member, measure, places)[1:]
        return counted[0], counted[1], counted[2]

    def place(self, combination: int) -> tuple[Level, int]:
        """The level of a combination and its number there."""
        level = next(x for x in self.levels if x.start <= combination < x.start + len(x.values) - 1)
        return level, combination - level.start + 1

    def cells(self, combination: int) -> Cells:
        """The cells of a combination."""
        level, number = self.place(combination)
        return np.flatnonzero(level.member == number)

    def orders(self) -> NDArray[np.int64]:
        """The order of every combination."""
        parts = [np.full(len(level.values) - 1, len(level.attributes)) for level in self.levels]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def enumerate_combinations(
    cube: Cube, sizes: list[int], order: int, *, least_flagged: float, least_lost: float
) -> Combinations:
    """Count all combinations up to `order` attributes; one is only tried if its first part has support (apriori)."""
    return _Enumeration(cube, sizes, least_flagged, least_lost).run(order)


@dataclass
class _Enumeration:
    cube: Cube
    sizes: list[int]
    least_flagged: float
    least_lost: float
    found: dict[tuple[int, ...], Level] = field(default_factory=dict)

    def run(self, order: int) -> Combinations:
        start = 0
        for length in range(1, order + 1):
            for attributes in combinations(range(len(self.sizes)), length):
                if length > 1 and attributes[:-1] not in self.found:
                    continue
                level = self._level(attributes, start)
                if level is not None:
                    self.found[attributes] = level
                    start += len(level.values) - 1
        return Combinations(tuple(self.found.values()), start)

    def _level(self, attributes: tuple[int, ...], start: int) -> Level | None:
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
        return Level(attributes, member, values, jobs, start)

    def _frequent(self, before: Members, last: Members, places: int, room: int) -> NDArray[np.intp]:
        marked = slice(0, self.cube.marked)
        key = before[marked].astype(np.intp) * places + last[marked]
        frequent = keep(
            sums(key, self.cube.flagged[marked], room),
            sums(key, self.cube.lost[marked], room),
            least_flagged=self.least_flagged,
            least_lost=self.least_lost,
        )
        frequent[:places] = False  # the first part has no support
        frequent[::places] = False  # the last value has none
        return np.flatnonzero(frequent)

    def _repeats(self, member: Members, jobs: Floats, attributes: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which combinations (from 1) hold the same rows as one with an attribute less."""
        repeated = np.zeros(len(jobs) - 1, bool)
        if len(attributes) == 1:
            return repeated
        sample = np.zeros(len(jobs), np.int64)
        sample[member] = np.arange(len(member))
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
