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
    explanation = Explanation(rows.jobs, rows.flagged, rows.lost, (), rows.lost, sum(counts))
    if not 0 < rows.flagged < rows.jobs:
        return explanation
    cube = rows.cube()
    tried = enumerate_combinations(cube, rows.sizes, order, rows.support)
    if not tried.size:
        return explanation
    bar = Bar.over(counts, tried.orders, limits)
    everything = np.arange(len(cube.jobs))
    found = Search(cube, tried, bar, everything, tried.real).run()
    worth = [
        one for one in found if cube.lost[tried.cells(one)].sum() >= limits.least_share * cube.lost.sum()
    ]
    chosen = _most_loss(cube, tried, worth, most)
    findings, unexplained = _tell(rows, cube, [(tried.place(one), bar.z[one]) for one in chosen])
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


def _tell(rows: Rows, cube: Cube, chosen: list[tuple[Place, float]]) -> tuple[tuple[Finding, ...], float]:
    """The findings with their numbers: each compared with the rows of none, its own without those of the others."""
    members = np.array([level.member == number for (level, number), _ in chosen]).reshape(-1, len(cube.jobs))
    free, told = ~members.any(axis=0), np.zeros(len(cube.jobs), bool)
    lost = cube.lost if rows.lost else np.zeros_like(cube.lost)
    findings = []
    for mine, (place, z) in zip(members, chosen, strict=True):
        others = [
            other for other in members if not (other | ~mine).all()
        ]  # what holds all of it doesn't hide it
        own = mine & ~np.any(others, axis=0) if others else mine
        jobs, flagged = cube.jobs[own].sum(), cube.flagged[own].sum()
        middle, low, high = ratio(
            jobs, flagged, jobs + cube.jobs[free].sum(), flagged + cube.flagged[free].sum(), z
        )
        where = rows.where(*place)
        findings.append(
            Finding(
                where=where,
                jobs=int(cube.jobs[mine].sum()),
                flagged=int(cube.flagged[mine].sum()),
                lost=float(lost[mine].sum()),
                risk_ratio=float(middle),
                interval=(float(low), float(high)),
                added=float(lost[mine & ~told].sum()),
                since=rows.since(where),
            )
        )
        told |= mine
    return tuple(findings), float(lost[~told].sum())
