"""explain(): rows in, explanation out."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import prod
from typing import Any

import numpy as np

from vigie.lib.explain.arriving import Asked, Rows, from_columns
from vigie.lib.explain.combinations import Combinations, Place, enumerate_combinations
from vigie.lib.explain.cube import Cube
from vigie.lib.explain.judging import Limits, ratio
from vigie.lib.explain.model import Explanation, Finding
from vigie.lib.explain.relation import from_relation
from vigie.lib.explain.searching import Bar, Search

LONGEST = 3


def explain(
    data: Any,
    *,
    flag: str,
    attributes: Sequence[str],
    weight: str | None = None,
    time: str | None = None,
    order: int = LONGEST,
    most: int = 7,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Explanation:
    """Say what the flagged rows have in common, in at most `most` findings.

    `data` is a pyarrow Table or RecordBatch, a DuckDB relation, or a mapping of columns (numpy arrays, lists).
    `flag` names a column of true/false or 0/1; `weight` one of losses (core-hours), without which each flagged row
    counts 1; `time` one of timestamps, for `since`. Attributes are text, whole numbers or true/false; null is a value
    that makes no rule. Where two say exactly the same, the one named first is preferred.

    Raises ValueError for what can't be read: a missing column, a flag of other numbers, a weight that is negative or NaN.
    """
    _check(flag, attributes, weight, order, most)
    asked = Asked(flag, weight, tuple(attributes), time, limits)
    rows = from_relation(data, asked) if hasattr(data, "to_arrow_table") else from_columns(data, asked)
    counts = _tried(rows, order, limits)
    explanation = Explanation(
        rows.jobs, rows.flagged, rows.lost, (), rows.lost, sum(counts), weighed=weight is not None
    )
    if not 0 < rows.flagged < rows.jobs:
        return explanation
    cube = rows.cube()
    tried = enumerate_combinations(cube, rows.sizes, order, rows.support)
    if not tried.size:
        return explanation
    bar = Bar.over(counts, tried.orders, limits)
    everything = np.arange(len(cube.jobs))
    found = Search(cube, tried, bar, everything, tried.real).run()
    judged = _judged(cube, tried, found, bar)
    least = limits.least_share * float(cube.lost.sum())
    worth = [one for one in judged if cube.lost[tried.cells(one)].sum() >= least]
    chosen = _most_loss(cube, tried, worth, most)
    findings, unexplained = _tell(rows, cube, [(tried.place(one), judged[one]) for one in chosen])
    return replace(explanation, findings=findings, unexplained=unexplained)


def _check(flag: str, attributes: Sequence[str], weight: str | None, order: int, most: int) -> None:
    if isinstance(attributes, str) or not attributes:
        raise ValueError("attributes: name at least one column")
    names = [flag, *attributes, *([weight] if weight else [])]
    if len(set(names)) < len(names):
        raise ValueError(f"flag, weight and attributes must be different columns: {', '.join(names)}")
    if not 1 <= order <= LONGEST:
        raise ValueError(f"order must be 1, 2 or 3, not {order}")
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}")


def _tried(rows: Rows, order: int, limits: Limits) -> list[int]:
    """Per order, how many combinations could have been found: by their values, or by the rows they need, if fewer."""
    room = rows.jobs // limits.least_flagged
    return [
        sum(min(prod(chosen), room) for chosen in combinations(rows.values, length))
        for length in range(1, order + 1)
    ]


def _most_loss(cube: Cube, tried: Combinations, found: list[int], most: int) -> list[int]:
    """Greedy cover: the finding that adds most loss first."""
    open_loss, left = cube.lost.copy(), list(found)
    ordered: list[int] = []
    while left and len(ordered) < most:
        added = [float(open_loss[tried.cells(one)].sum()) for one in left]
        best = left.pop(int(np.argmax(added)))
        open_loss[tried.cells(best)] = 0.0
        ordered.append(best)
    return ordered


Judgement = tuple[float, float, float]


def _judged(cube: Cube, tried: Combinations, found: list[int], bar: Bar) -> dict[int, Judgement]:
    """Risk ratio and interval of each cause: its rows without those of the others, against the rows of none.

    What holds all of a cause's rows doesn't take them away. A cause that has no case any more goes, and the rest is
    judged again.
    """
    places = {one: tried.place(one) for one in found}
    members = {one: level.member == number for one, (level, number) in places.items()}
    while members:
        free = ~np.any(list(members.values()), axis=0)
        judged = {}
        for one, mine in members.items():
            others = [other for other in members.values() if not (other | ~mine).all()]
            own = mine & ~np.any(others, axis=0) if others else mine
            jobs, flagged = cube.jobs[own].sum(), cube.flagged[own].sum()
            all_jobs, all_flagged = jobs + cube.jobs[free].sum(), flagged + cube.flagged[free].sum()
            middle, low, high = ratio(jobs, flagged, all_jobs, all_flagged, bar.z[one])
            judged[one] = (float(middle), float(low), float(high))
        worst = min(judged, key=lambda one: judged[one][1])
        if judged[worst][1] > bar.limits.least_ratio:
            return judged
        del members[worst]
    return {}


def _tell(rows: Rows, cube: Cube, chosen: list[tuple[Place, Judgement]]) -> tuple[tuple[Finding, ...], float]:
    """The findings with their numbers, and the loss of no finding."""
    lost = cube.lost if rows.lost else np.zeros_like(cube.lost)
    findings, told = [], np.zeros(len(cube.jobs), bool)
    for place, (middle, low, high) in chosen:
        level, number = place
        mine, where = level.member == number, rows.where(level, number)
        findings.append(
            Finding(
                where=where,
                jobs=int(cube.jobs[mine].sum()),
                flagged=int(cube.flagged[mine].sum()),
                lost=float(lost[mine].sum()),
                risk_ratio=middle,
                interval=(low, high),
                added=float(lost[mine & ~told].sum()),
                since=rows.since(where),
            )
        )
        told |= mine
    return tuple(findings), float(lost[~told].sum())
