"""Causes planted in jobs whose flags mean nothing, what of them is found, and the floor that must be beaten.

The rules of the count:
- A cause is one to three attributes with a value each, taken from a job of the table, so that frequent values are
  drawn often; it has 60 jobs to 30 % of all. One of two or three attributes must be of that order: dropping an
  attribute must give other jobs (Jaccard index under 0.7). So must any two causes of one trial.
- It flags each of its jobs with its strength (15 to 95 %), whatever the background and other causes did.
- Its loss is that of the jobs which it flagged and nothing else did. If that is over 2 % of all loss, it must be found,
  unless it is hidden: 70 % of its jobs belong to stronger causes.
- A finding is right if its jobs and a planted cause's have a Jaccard index of at least 0.7, a cause of small loss
  included; a second finding for the same cause is wrong.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

MATCH = 0.7
FEWEST = 60
SHARE = 0.02


@dataclass(frozen=True)
class Cause:
    where: dict
    rows: np.ndarray
    strength: float


def jaccard(one, other):
    return (one & other).sum() / max((one | other).sum(), 1)


def rows_of(columns, where):
    rows = np.ones(len(columns["flag"]), bool)
    for name, value in where.items():
        rows &= columns[name] == value
    return rows


def plant(columns, attributes, seed):
    """Flags with 1 to 5 causes in them, the causes, and the own loss of each as a share of all."""
    rng = np.random.default_rng(seed)
    causes, wanted = [], int(rng.integers(1, 6))
    while len(causes) < wanted:
        cause = _draw(columns, attributes, rng, causes)
        if cause is not None:
            causes.append(cause)
    hits = [cause.rows & (rng.random(len(cause.rows)) < cause.strength) for cause in causes]
    times = columns["flag"].astype(int) + sum(hit.astype(int) for hit in hits)
    flags = times > 0
    total = columns["lost"][flags].sum()
    own = [
        0.0 if _hidden(cause, causes) else columns["lost"][hit & (times == 1)].sum() / total
        for cause, hit in zip(causes, hits, strict=True)
    ]
    return flags, causes, own


def _hidden(cause, causes):
    stronger = [other.rows for other in causes if other.strength > cause.strength]
    return bool(stronger) and (cause.rows & np.any(stronger, axis=0)).sum() >= MATCH * cause.rows.sum()


def _draw(columns, attributes, rng, before):
    """A cause, or None if this draw is not one; every third one starts at a job of another, so that they overlap."""
    order = int(rng.integers(1, 4))
    names = [str(name) for name in rng.choice(attributes, order, replace=False)]
    pool = (
        np.flatnonzero(before[-1].rows)
        if before and rng.random() < 1 / 3
        else np.arange(len(columns["flag"]))
    )
    row = int(rng.choice(pool))
    where = {name: columns[name][row] for name in names}
    if None in where.values():
        return None
    rows = rows_of(columns, where)
    if not FEWEST <= rows.sum() <= 0.3 * len(rows):
        return None
    if any(jaccard(rows, other.rows) >= MATCH for other in before):
        return None
    for kept in combinations(names, order - 1) if order > 1 else ():
        if jaccard(rows, rows_of(columns, {name: where[name] for name in kept})) >= MATCH:
            return None
    return Cause(where, rows, float(rng.uniform(0.15, 0.95)))


@dataclass
class Count:
    """How many causes were asked for and found, how many findings there were and how many were right."""

    asked: int = 0
    found: int = 0
    said: int = 0
    right: int = 0

    def add(self, causes, own, said):
        """Count one trial; `said` are the rows of each finding."""
        free = list(range(len(causes)))
        matched = set()
        for rows in said:
            near = max(free, key=lambda i: jaccard(causes[i].rows, rows), default=None)
            if near is not None and jaccard(causes[near].rows, rows) >= MATCH:
                matched.add(near)
                free.remove(near)
        wanted = {i for i, share in enumerate(own) if share > SHARE}
        self.asked += len(wanted)
        self.found += len(wanted & matched)
        self.said += len(said)
        self.right += len(matched)
        return wanted - matched, matched

    @property
    def recall(self):
        return self.found / max(self.asked, 1)

    @property
    def precision(self):
        return self.right / max(self.said, 1)


def floor(columns, flags, attributes, least_gain=25.0, most=7):
    """Plain greedy: the combination of most binomial log-likelihood gain, its jobs away, and again; all are counted."""
    live = np.ones(len(flags), bool)
    codes = {name: np.unique(columns[name].astype(str), return_inverse=True)[1] for name in attributes}
    none = {name: np.array([value is None for value in columns[name]]) for name in attributes}
    groups = []
    for order in (1, 2, 3):
        for names in combinations(attributes, order):
            key = np.zeros(len(flags), np.int64)
            for name in names:
                key = np.unique(key * (codes[name].max() + 1) + codes[name], return_inverse=True)[1]
            known = ~np.any([none[name] for name in names], axis=0)
            groups.append(np.where(known, key + 1, 0))
    found = []
    while len(found) < most:
        gain, rows = max(((*_best(key, flags, live),) for key in groups), key=lambda pair: pair[0])
        if gain < least_gain:
            break
        found.append(rows)
        live &= ~rows
    return found


def _best(key, flags, live):
    n = np.bincount(key[live], minlength=key.max() + 1).astype(float)
    k = np.bincount(key[live & flags], minlength=len(n)).astype(float)
    n[0] = k[0] = 0
    all_n, all_k = live.sum(), (live & flags).sum()
    gain = _loglik(k, n) + _loglik(all_k - k, all_n - n) - _loglik(np.array([all_k]), np.array([all_n]))
    gain[k * all_n <= all_k * n] = 0
    best = int(gain.argmax())
    return float(gain[best]), key == best


def _loglik(k, n):
    p = np.divide(k, n, out=np.zeros_like(n, float), where=n > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(k * np.log(p)) + np.nan_to_num((n - k) * np.log(1 - p))
