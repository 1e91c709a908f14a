"""Which combinations are the causes: greedy by evidence, then each judged again without the others."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vigie.lib.explain.combinations import Cells, Combinations
from vigie.lib.explain.cube import Cube, Floats
from vigie.lib.explain.judging import Limits, gain, normal_quantile, ratio, surprise

ROUNDS = 4  # each finding is looked at again at most so often; hardly ever more than once
MOST_SEARCHED = 14  # twice what is shown: the seven that cover most of the loss are taken among these
MOST_PARTS = 6  # of a combination that may be the shadow of its parts


@dataclass
class Search:
    """The state: which combinations are chosen, and what is left to every other one once they are explained.

    `price[c]` is the logarithm of the number of combinations of c's order: what choosing one among so many costs,
    in nats. It corrects for the number tried (Bonferroni), and makes a longer rule pay for its length.
    """

    cube: Cube
    combinations: Combinations
    limits: Limits
    price: Floats
    least_lost: float
    chosen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cover = np.zeros(len(self.cube.jobs), np.int64)
        self.jobs, self.flagged, self.lost = self.combinations.count(self.cube, slice(None))
        self.all_jobs, self.all_flagged = float(self.cube.jobs.sum()), float(self.cube.flagged.sum())
        shares = np.log(3 / self.limits.risk)  # each order gets a third of the risk
        self.threshold = float(shares)
        orders = np.unique(self.price)
        quantiles = {p: normal_quantile(float(np.exp(-p - shares))) for p in orders.tolist()}
        self.z = np.array([quantiles[p] for p in self.price.tolist()])

    def run(self) -> list[int]:
        """The causes, in the order in which they were found."""
        self._forward()
        for _ in range(ROUNDS):
            if not self._again():
                break
            self._forward()
        return self.chosen

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
            new = self._best()
            if new is None:
                changed = True
            elif new != old:
                better = self._score()[new] > self._score()[old] or not self._eligible()[old]
                self._take(new if better else old, place)
                changed |= better
            else:
                self._take(old, place)
        return changed

    def _take(self, combination: int, place: int | None = None) -> None:
        cells = self.combinations.cells(combination)
        self._shift(cells[self.cover[cells] == 0], -1)
        self.cover[cells] += 1
        self.chosen.insert(len(self.chosen) if place is None else place, combination)

    def _give_back(self, combination: int) -> int:
        cells = self.combinations.cells(combination)
        self.cover[cells] -= 1
        self._shift(cells[self.cover[cells] == 0], 1)
        place = self.chosen.index(combination)
        del self.chosen[place]
        return place

    def _shift(self, cells: Cells, sign: int) -> None:
        jobs, flagged, lost = self.combinations.count(self.cube, cells)
        self.jobs += sign * jobs
        self.flagged += sign * flagged
        self.lost += sign * lost
        self.all_jobs += sign * float(self.cube.jobs[cells].sum())
        self.all_flagged += sign * float(self.cube.flagged[cells].sum())

    def _score(self) -> Floats:
        return gain(self.jobs, self.flagged, self.all_jobs, self.all_flagged) - self.price

    def _eligible(self) -> NDArray[np.bool_]:
        """What may be a finding now: support, evidence beyond luck, and a risk ratio surely above the limit."""
        _, low, _ = ratio(self.jobs, self.flagged, self.all_jobs, self.all_flagged, self.z)
        return np.asarray(
            (self.flagged >= self.limits.least_flagged)
            & (self.lost >= self.least_lost)
            & (self._score() > self.threshold)
            & (low > self.limits.least_ratio)
        )

    def _best(self) -> int | None:
        if not self.combinations.size:
            return None
        score = np.where(self._eligible(), self._score(), -np.inf)
        best = int(score.argmax())
        if score[best] == -np.inf:
            return None
        for _ in range(3):  # a part may itself be the shadow of its parts
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
        inside = self.combinations.cells(whole)
        inside = inside[self.cover[inside] == 0]
        outside_jobs = self.all_jobs - self.jobs[whole]
        outside = max(self.all_flagged - self.flagged[whole], 0.5) / max(outside_jobs, 1.0)
        if outside >= 1:
            return None
        left = [*self.combinations.count(self.cube, inside)[:2]]
        parts = (left[0] == self.jobs) & (left[0] < self.jobs[whole]) & (left[0] > 0)
        total = np.array([self.jobs[whole], self.flagged[whole]])
        best, first, paid, whole_stays = (
            float(surprise(total[0], total[1], outside) - self.price[whole]),
            None,
            0.0,
            True,
        )
        for _ in range(MOST_PARTS):
            worth = np.where(parts, surprise(left[0], left[1], outside) - self.price, -np.inf)
            part = int(worth.argmax())
            if not worth[part] > 0:
                break
            first = part if first is None else first
            paid += float(worth[part])
            cells = self.combinations.cells(part)
            cells = cells[np.isin(cells, inside, assume_unique=True)]
            inside = np.setdiff1d(inside, cells, assume_unique=True)
            gone = self.combinations.count(self.cube, cells)
            left[0], left[1] = left[0] - gone[0], left[1] - gone[1]
            total -= (gone[0][whole], gone[1][whole])
            rest = float(surprise(total[0], total[1], outside) - self.price[whole])
            if paid + max(rest, 0.0) > best:
                best, whole_stays = paid + max(rest, 0.0), rest > 0
        return None if whole_stays else first
