"""Jobs to explain: an invented farm, and the traces of the Parallel Workloads Archive with flags that mean nothing.

Both give a dictionary of columns: attributes, `flag` (nothing is behind it) and `lost` core-hours, should it be flagged.
"""

import gzip
import os
from pathlib import Path

import numpy as np
import pyarrow as pa

TRACES = Path(os.environ.get("VIGIE_BENCH_TRACES", Path(__file__).parents[2] / "shared" / "data" / "traces"))
FARM = ("user", "experiment", "queue", "node", "rack", "hour", "name_shape", "submitted_from")
BASE = 0.04
HABIT = 0.8  # of the jobs come in by the door of their experiment
BAD = 0.5


def farm(seed, rows=150_000, nodes=400, base=BASE):
    """One account has a third of the jobs, users belong to experiments and have habits; nodes take what comes."""
    rng = np.random.default_rng(0)
    users = 200
    habit = rng.random((users, 6)) ** 3
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, users + 1) ** 1.2
    share[0] = 0.55 * share[1:].sum()
    user = rng.choice(users, rows, p=share / share.sum())
    experiment = (user * 7 + user // 11) % 23
    queue = _draw(rng, (habit / habit.sum(axis=1, keepdims=True))[user])
    node = rng.integers(0, nodes, rows)
    shape = user * 4 + rng.geometric(0.6, rows).clip(1, 4) - 1
    hour = (rng.normal(13 + user % 7, 5, rows) % 24).astype(int)
    door = np.where(rng.random(rows) < HABIT, experiment % 3, rng.integers(0, 4, rows))
    return {
        "user": _names("u", user),
        "experiment": _names("exp", experiment),
        "queue": _names("q", queue),
        "node": _names("n", node),
        "rack": _names("r", node // 20),
        "hour": hour,
        "name_shape": _names("s", shape),
        "submitted_from": _names("door", door),
        "flag": rng.random(rows) < base,
        "lost": rng.lognormal(1.0, 1.0, rows),
    }


def table(rows, part=1_000_000):
    """Millions of jobs as Arrow, part by part; node n7 and one user in one queue are bad."""
    parts = []
    for seed in range(-(-rows // part)):
        columns = farm(seed, min(part, rows - seed * part))
        bad = (columns["node"] == "n7") | ((columns["user"] == "u3") & (columns["queue"] == "q4"))
        columns["flag"] |= bad & (np.random.default_rng(seed + 1).random(len(bad)) < BAD)
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)


def _draw(rng, shares):
    return (rng.random(len(shares))[:, None] > shares.cumsum(axis=1)).sum(axis=1).clip(0, shares.shape[1] - 1)


def _names(letter, numbers):
    return np.array([f"{letter}{number}" for number in range(int(numbers.max()) + 1)], object)[numbers]


TRACE = {
    "LPC-EGEE": (
        "LPC-EGEE-2004-1.2-cln.swf.gz",
        ("user", "group", "queue", "executable", "partition", "hour", "node", "rack"),
    ),
    "SDSC-DS": (
        "SDSC-DS-2004-2.1-cln.swf.gz",
        ("user", "group", "queue", "executable", "partition", "hour", "node", "rack"),
    ),
    "SDSC-SP2": (
        "SDSC-SP2-1998-4.2-cln.swf.gz",
        ("user", "group", "queue", "executable", "hour", "node", "rack"),
    ),
}


def trace(name, least_s=600):
    """The jobs of at least `least_s` seconds; the archive has no nodes: 200 are dealt at random, in 10 racks.

    `efficiency` is CPU time over elapsed time and cores, NaN where the CPU time is unknown.
    """
    path = TRACES / TRACE[name][0]
    with gzip.open(path, "rt", encoding="latin-1") as lines:
        text = [line for line in lines if line.strip()]
    start = next(int(line.split(":")[1]) for line in text if "UnixStartTime" in line)
    table = np.array([line.split() for line in text if line[0] != ";"], float)
    table = table[table[:, 3] >= least_s]
    cores = np.maximum(np.where(table[:, 4] > 0, table[:, 4], table[:, 7]), 1)
    node = np.random.default_rng(7).integers(0, 200, len(table))
    columns = {
        key: _known(table[:, place])
        for key, place in (
            ("user", 11),
            ("group", 12),
            ("executable", 13),
            ("queue", 14),
            ("partition", 15),
        )
    }
    columns["hour"] = ((start + table[:, 1] + np.maximum(table[:, 2], 0)) // 3600 % 24).astype(int)
    columns |= {"node": _names("n", node), "rack": _names("r", node // 20)}
    columns["elapsed_h"] = table[:, 3] * cores / 3600
    columns["efficiency"] = np.where(table[:, 5] >= 0, table[:, 5] / table[:, 3], np.nan).clip(0, 1)
    columns["submitted"] = (np.int64(start) + table[:, 1].astype(np.int64)).astype("datetime64[s]")
    return columns


def _known(values):
    return np.array([None if value < 0 else str(int(value)) for value in values], object)


def meaningless(columns, seed, limit=0.1):
    """The same jobs with the low efficiencies of the trace dealt anew: whoever is flagged, it has no cause."""
    rng = np.random.default_rng(seed)
    dealt = rng.permutation(np.where(np.isnan(columns["efficiency"]), 1.0, columns["efficiency"]))
    low = dealt < limit
    efficiency = np.where(low, dealt, rng.choice(dealt[low], len(dealt)))
    return {**columns, "flag": low, "lost": columns["elapsed_h"] * (1 - efficiency)}
