"""explain() beside its peers: what it finds of planted causes, how long it takes, and how it grows.

`python benchmarks/explain.py [quality] [peers] [growth]`; all three if none is named. The traces are looked for in
VIGIE_BENCH_TRACES; without them only the made farm is measured. Each peer is installed into an environment that goes
away, and may take VIGIE_BENCH_LIMIT seconds.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import _farm
import _lab
import _planted
import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv

from vigie.lib.explain import explain

TRIALS = _lab.number("TRIALS", 200)
FLOOR_TRIALS = _lab.number("FLOOR_TRIALS", 20)
LIMIT = _lab.number("LIMIT", 120)
ROUNDS = _lab.number("ROUNDS", 5)
LARGEST = _lab.number("ROWS", 10_000_000)
PEERS = ("mlxtend", "sliceline", "pysubgroup", "divexplorer")
SIX = ("user", "group", "queue", "partition", "hour", "node")
FARM_SIX = ("user", "queue", "node", "rack", "hour", "submitted_from")


def quality():
    rows = []
    for name in ("farm", *_farm.TRACE):
        if name != "farm" and not (_farm.TRACES / _farm.TRACE[name][0]).exists():
            print(f"no trace {name}: VIGIE_BENCH_TRACES names its folder")
            continue
        rows.append(_trials(name))
    _lab.table(
        f"explain: planted causes, {TRIALS} trials each; the floor on the first {FLOOR_TRIALS}",
        (
            "jobs",
            "asked",
            "recall",
            "precision",
            "s",
            "false without cause",
            "floor: recall",
            "precision",
            "s",
            "ours there: recall",
            "precision",
        ),
        rows,
        "goals: recall and precision 0.97, at most 1 of 50 runs without a cause says something",
        "what is asked for and what is right: _planted.py",
    )


def _trials(name):
    base = None if name == "farm" else _farm.trace(name)
    attributes = _farm.FARM if name == "farm" else _farm.TRACE[name][1]
    ours, first, floor = _planted.Count(), _planted.Count(), _planted.Count()
    took, floor_took, false = [], [], 0
    for seed in range(TRIALS):
        jobs = _farm.farm(seed) if base is None else _farm.meaningless(base, seed)
        false += bool(_say(jobs, attributes)[0].findings)
        flags, causes, own = _planted.plant(jobs, attributes, seed + 1000)
        explanation, seconds = _say({**jobs, "flag": flags}, attributes)
        took.append(seconds)
        said = [_planted.rows_of(jobs, finding.where) for finding in explanation.findings]
        ours.add(causes, own, said)
        if seed < FLOOR_TRIALS:
            first.add(causes, own, said)
            started = time.perf_counter()
            found = _planted.floor(jobs, flags, attributes)
            floor_took.append(time.perf_counter() - started)
            floor.add(causes, own, found)
    return (
        f"{name} ({len(jobs['flag'])} × {len(attributes)})",
        ours.asked,
        f"{ours.recall:.3f}",
        f"{ours.precision:.3f}",
        f"{statistics.median(took):.2f}",
        f"{false} of {TRIALS}",
        f"{floor.recall:.3f}",
        f"{floor.precision:.3f}",
        f"{statistics.median(floor_took or [0]):.2f}",
        f"{first.recall:.3f}",
        f"{first.precision:.3f}",
    )


def _say(jobs, attributes):
    table = pa.table({name: jobs[name] for name in (*attributes, "flag", "lost")})
    started = time.perf_counter()
    explanation = explain(table, flag="flag", weight="lost", attributes=attributes)
    return explanation, time.perf_counter() - started


def peers():
    if not (_farm.TRACES / _farm.TRACE["LPC-EGEE"][0]).exists():
        print("no trace LPC-EGEE: VIGIE_BENCH_TRACES names its folder")
        return
    trace = _farm.trace("LPC-EGEE")
    jobs = {name: trace[name] for name in SIX} | {"flag": trace["efficiency"] < 0.1}  # noqa: PLR2004 (a rule of thumb)
    jobs["lost"] = trace["elapsed_h"] * (1 - trace["efficiency"])
    with _lab.folder() as folder:
        for count in (len(jobs["flag"]), 216_605):
            table = pa.table({name: np.resize(column, count) for name, column in jobs.items()})
            path = folder / f"{count}.csv"
            pyarrow.csv.write_csv(table.drop_columns(["lost"]), path)
            _beside(table, path, folder, count)


def _beside(table, path, folder, count):
    ours, sets = [], []
    query = _grouping_sets(SIX)
    connection = duckdb.connect()
    connection.register("arrow", table)
    connection.execute("CREATE TABLE jobs AS SELECT * FROM arrow")
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        explain(table, flag="flag", weight="lost", attributes=SIX)
        middle = time.perf_counter()
        connection.sql(query).to_arrow_table()
        ours.append(middle - started)
        sets.append(time.perf_counter() - middle)
    rows = [
        ("explain", f"{statistics.median(ours[1:]):.2f} (least {min(ours[1:]):.2f})", _memory(), "findings"),
        (
            "DuckDB GROUPING SETS",
            f"{statistics.median(sets[1:]):.2f} (least {min(sets[1:]):.2f})",
            "",
            "counts only",
        ),
    ]
    rows += [(name, *_peer(name, path, folder), "") for name in PEERS]
    _lab.table(
        f"explain: LPC-EGEE, {count} jobs of at least 600 s × {len(SIX)} attributes to order 3, warm",
        ("program", "s", "MB of its process", "gives"),
        rows,
        f"median of {ROUNDS} in turn; peers once, in a process of their own, their imports not counted",
    )


def _grouping_sets(attributes):
    sets = ", ".join(
        "(" + ", ".join(chosen) + ")"
        for order in (1, 2, 3)
        for chosen in combinations([f'"{name}"' for name in attributes], order)
    )
    names = ", ".join(f'"{name}"' for name in attributes)
    return (
        f"SELECT {names}, count(*) n, count(*) FILTER (flag) k, sum(lost) FILTER (flag) w "  # noqa: S608 (our own constants)
        f"FROM jobs GROUP BY GROUPING SETS ({sets}) HAVING k >= 5"
    )


def _memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _peer(name, path, folder):
    """Seconds and megabytes, or why there are none."""
    home = folder / name
    if not home.exists():
        made = subprocess.run(["uv", "venv", "-q", "-p", sys.executable, str(home)], check=False)
        into = ["uv", "pip", "install", "-q", "--python", str(home / "bin" / "python"), name, "pandas"]
        if made.returncode or subprocess.run(into, check=False, capture_output=True).returncode:
            return "can't be installed here", ""
    command = [
        str(home / "bin" / "python"),
        str(Path(__file__).with_name("_explain_peers.py")),
        name,
        str(path),
    ]
    try:
        ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"over {LIMIT}", ""
    if ran.returncode:
        return f"failed: {ran.stderr.strip().splitlines()[-1][:80]}", ""
    answer = json.loads(ran.stdout.splitlines()[-1])
    return f"{answer['s']:.2f}", answer["mb"]


def growth():
    rows = []
    count = 100_000
    while count <= LARGEST:
        rows.append(_grown(count))
        count *= 10
    _lab.table(
        f"explain: a made farm × {len(FARM_SIX)} attributes to order 3, from Arrow in memory, warm",
        ("rows", "s", "ns a row", "MB of its process", "findings"),
        rows,
        "goal: at most linear; 10 million within 3 s",
    )


def _grown(count):
    table = _farm.table(count)
    took = []
    for _ in range(min(ROUNDS, 3) + 1):
        started = time.perf_counter()
        explanation = explain(table, flag="flag", weight="lost", attributes=FARM_SIX)
        took.append(time.perf_counter() - started)
    least = min(took[1:])
    found = "; ".join(" ".join(map(str, finding.where.values())) for finding in explanation.findings)
    return (
        f"{count:,}",
        f"{statistics.median(took[1:]):.2f} (least {least:.2f})",
        f"{least / count * 1e9:.0f}",
        _memory(),
        found,
    )


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    for part in sys.argv[1:] or ["quality", "peers", "growth"]:
        {"quality": quality, "peers": peers, "growth": growth}[part]()
