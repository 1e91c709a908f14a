"""When a combination is a cause: the formulas, on arrays (sources in docs/manual/explain.md)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from vigie.lib.explain.cube import Support

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """What a finding must reach.

    `least_flagged`: flagged rows. `least_share`: its share of the loss. `least_ratio`: the lower bound of its risk
    ratio. `risk`: the chance, over all combinations together, that one is found where there is none. `seen`: what is
    looked at, as a part of `least_share`: a small cause that is not worth a finding must be known all the same, or its
    shadow on something larger would be taken for one.
    """

    least_flagged: int = 5
    least_share: float = 0.01
    least_ratio: float = 1.2
    risk: float = 0.01
    seen: float = 0.25

    def support(self, flagged: float, lost: float) -> Support:
        """What is looked at, of so many flagged rows and so much loss."""
        share = self.least_share * self.seen
        return Support(self.least_flagged, flagged * share, lost * share)


def surprise(jobs: Floats, flagged: Floats, rate: Floats | float) -> Floats:
    """n·KL(k/n ‖ rate) in nats, 0 where k/n is not above `rate`: by Chernoff, P(k or more | rate) ≤ exp(−surprise)."""
    own = flagged / np.maximum(jobs, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        high = np.where(flagged > 0, flagged * np.log(own / rate), 0.0)
        low = np.where(jobs > flagged, (jobs - flagged) * np.log((1 - own) / (1 - rate)), 0.0)
    return np.where(own > rate, high + low, 0.0)


def gain(jobs: Floats, flagged: Floats, all_jobs: float, all_flagged: float) -> Floats:
    """Log-likelihood gained by a rate of its own for these rows and one for the rest, over one rate for all."""
    rate = all_flagged / all_jobs
    rest = all_jobs - jobs
    missed = surprise(rest, rest - (all_flagged - flagged), 1 - rate)  # the rest is flagged less than all are
    return np.where(flagged > rate * jobs, surprise(jobs, flagged, rate) + missed, 0.0)


def ratio(
    jobs: Floats, flagged: Floats, all_jobs: float, all_flagged: float, z: Floats | float
) -> tuple[Floats, Floats, Floats]:
    """Risk ratio of these rows to the others, and Katz's interval on its logarithm.

    Where a count is zero or full, half a job is added to every count (Haldane–Anscombe), so that the ratio is finite.
    """
    others, others_flagged = all_jobs - jobs, all_flagged - flagged
    edge = (others_flagged <= 0) | (flagged >= jobs) | (flagged <= 0) | (others <= 0)
    half = np.where(edge, 0.5, 0.0)
    a, n, b, m = flagged + half, jobs + 2 * half, others_flagged + half, others + 2 * half
    middle = np.log(a / n) - np.log(b / m)
    error = np.sqrt(np.maximum(1 / a - 1 / n + 1 / b - 1 / m, 0.0))
    return np.exp(middle), np.exp(middle - z * error), np.exp(middle + z * error)


def normal_quantile(risk: float) -> float:
    """The z of a two-sided interval that misses with probability `risk`."""
    return -NormalDist().inv_cdf(max(risk, 1e-300) / 2)
