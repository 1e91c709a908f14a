"""Which combinations are the causes: greedy by evidence, then each judged again without the others."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vigie.lib.explain.combinations import Cells, Combinations
from vigie.lib.explain.cube import Cube, Floats
from vigie.lib.explain.judging import Limits, gain, normal_quantile, ratio, surprise

ROUNDS = 4  # each finding is looked at again at most so often; hardly ever more than once
MOST_SEARCHED = 21  # three times what is shown: the seven that cover most of the loss are taken among these
MOST_PARTS = 6  # of a combination that may be the shadow of its parts


@dataclass(frozen=True)
class Bar:
    """What each combination must reach, by its order.

    `price[c]` is the logarithm of the number of combinations of c's order: what choosing one among so many costs, in
    nats. It corrects for the number tried (Bonferroni), and makes a longer rule pay for its length. `z[c]` is the
    quantile of an interval that holds at 95 % for all of them together.
    """

    price: Floats
    z: Floats
    threshold: float
    limits: Limits

    @classmethod
    def over(cls, counts: list[int], orders: NDArray[np.int64], limits: Limits) -> "Bar":
        """The bar for combinations of these orders, of which `counts[order - 1]` could have been found."""
        prices = np.log(np.maximum(np.array(counts, np.float64), 1.0))
        z = np.array([normal_quantile(0.05 / len(counts) / max(count, 1)) for count in counts])
        return cls(prices[orders - 1], z[orders - 1], float(np.log(len(counts) / limits.risk)), limits)


@dataclass
class Search:
    """The rows that no finding explains yet (`universe` less what is covered), and every combination among them."""

    cube: Cube
    combinations: Combinations
    bar: Bar
    universe: Cells
    allowed: NDArray[np.bool_]
    chosen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open = np.zeros(len(self.cube.jobs), bool)
        self.open[self.universe] = True
        self.cover = np.zeros(len(self.cube.jobs), np.int64)
        self.jobs, self.flagged = self.combinations.count(self.universe)
        self.whole = self.jobs.copy()
        self.all_jobs = float(self.cube.jobs[self.universe].sum())
        self.all_flagged = float(self.cube.flagged[self.universe].sum())

    def run(self) -> list[int]:
        """The causes, in the order in which they were found."""
        self._forward()
        for _ in range(ROUNDS):
            if not self._again():
                break
            self._forward()
        return self.chosen + [one for cause in self.chosen for one in self._within(cause)]

    def _forward(self) -> None:
        while len(self.chosen) < MOST_SEARCHED:
            best = self._best()
            if best is None:
                return
            self._take(best)

    def _again(self) -> bool:
        """Look at each finding with the others explained: it stays, gives way to a better one, or goes."""
        changed = False
        for old in list(self.chosen):
            place = self._give_back(old)
            new = self._best(known=old)
            if new is None:
                changed = True
                continue
            if new != old and self._eligible(np.array([old]))[0] and self._score(old) >= self._score(new):
                new = old
            self._take(new, place)
            changed |= new != old
        return changed

    def _within(self, cause: int) -> list[int]:
        """Worse parts of a cause that is one itself: what is found among its rows alone."""
        cells = self._cells(cause)
        jobs, _ = self.combinations.count(cells)
        parts = self.allowed & (jobs > 0) & (jobs < jobs[cause]) & (jobs == self.whole)
        if not parts.any():
            return []
        return Search(self.cube, self.combinations, self.bar, cells[self.cover[cells] == 1], parts).run()

    def _take(self, combination: int, place: int | None = None) -> None:
        cells = self._cells(combination)
        self._shift(cells[self.cover[cells] == 0], -1)
        self.cover[cells] += 1
        self.chosen.insert(len(self.chosen) if place is None else place, combination)

    def _give_back(self, combination: int) -> int:
        cells = self._cells(combination)
        self.cover[cells] -= 1
        self._shift(cells[self.cover[cells] == 0], 1)
        place = self.chosen.index(combination)
        del self.chosen[place]
        return place

    def _cells(self, combination: int) -> Cells:
        cells = self.combinations.cells(combination)
        return cells[self.open[cells]]

    def _shift(self, cells: Cells, sign: int) -> None:
        jobs, flagged = self.combinations.count(cells)
        self.jobs += sign * jobs
        self.flagged += sign * flagged
        self.all_jobs += sign * float(self.cube.jobs[cells].sum())
        self.all_flagged += sign * float(self.cube.flagged[cells].sum())

    def _score(self, which: int | NDArray[np.int64]) -> Floats:
        return (
            gain(self.jobs[which], self.flagged[which], self.all_jobs, self.all_flagged)
            - self.bar.price[which]
        )

    def _eligible(self, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        """What may be a cause now: evidence beyond luck, and a risk ratio surely above the limit."""
        _, low, _ = ratio(
            self.jobs[which], self.flagged[which], self.all_jobs, self.all_flagged, self.bar.z[which]
        )
        return np.asarray((self._score(which) > self.bar.threshold) & (low > self.bar.limits.least_ratio))

    def _best(self, known: int = -1) -> int | None:
        """The next cause, if any is left; `known` was one already, so that its parts were looked at."""
        if not 0 < self.all_flagged < self.all_jobs:
            return None  # nothing to tell apart
        which = np.flatnonzero(self.allowed & (self.flagged >= self.bar.limits.least_flagged))
        which = which[self._eligible(which)]
        if not len(which):
            return None
        best = int(which[self._score(which).argmax()])
        for _ in range(3 if best != known else 0):  # a part may itself be the shadow of its parts
            part = self._part_that_explains(best)
            if part is None:
                break
            best = part
        return best

    def _part_that_explains(self, whole: int) -> int | None:
        """The part of a combination to take instead of it, if it is but the shadow of its parts.

        Three bad nodes make their rack look bad. Two descriptions of the rack's rows compete: its worst parts, one
        after the other, with what remains at the rate of the rows outside; or the same with what remains at a rate of
        its own, which is the rack's doing. Each pays the price of its combinations.
        """
        inside = self._cells(whole)
        inside = inside[self.cover[inside] == 0]
        outside_jobs = self.all_jobs - self.jobs[whole]
        outside = max(self.all_flagged - self.flagged[whole], 0.5) / max(outside_jobs, 1.0)
        if outside >= 1:
            return None
        price = self.bar.price
        jobs, flagged = self.combinations.count(inside)
        parts = self.allowed & (jobs == self.jobs) & (jobs < self.jobs[whole]) & (jobs > 0)
        best, first, paid, whole_stays = (
            float(surprise(jobs[whole], flagged[whole], outside) - price[whole]),
            None,
            0.0,
            True,
        )
        for _ in range(MOST_PARTS):
            worth = np.where(parts, surprise(jobs, flagged, outside) - price, -np.inf)
            part = int(worth.argmax())
            if not worth[part] > 0:
                break
            first = part if first is None else first
            paid += float(worth[part])
            cells = self._cells(part)
            cells = cells[np.isin(cells, inside, assume_unique=True)]
            inside = np.setdiff1d(inside, cells, assume_unique=True)
            gone = self.combinations.count(cells)
            jobs, flagged = jobs - gone[0], flagged - gone[1]
            rest = float(surprise(jobs[whole], flagged[whole], outside) - price[whole])
            if paid + max(rest, 0.0) > best:
                best, whole_stays = paid + max(rest, 0.0), rest > 0
        return None if whole_stays else first
