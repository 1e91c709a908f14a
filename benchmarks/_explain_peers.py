# ruff: noqa: PLC0415 (each peer lives in an environment of its own: no other can be imported there)
"""One peer at the same jobs, run by the Python of an environment of its own: prints seconds and megabytes as JSON.


Each is given an easier task than `explain`: what it calls support is not below what `explain` looks at, redundant
combinations are not removed, no interval is made, and the reading of the table is not timed.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd


def mlxtend(frame, flagged):
    """The frequent combinations among the flagged jobs only."""
    from mlxtend.frequent_patterns import fpgrowth

    started = time.perf_counter()
    fpgrowth(pd.get_dummies(frame[flagged], dtype=bool), min_support=0.01, max_len=3)
    return started


def sliceline(frame, flagged):
    from sliceline.slicefinder import Slicefinder

    started = time.perf_counter()
    least = max(5, int(0.01 * flagged.sum()))
    Slicefinder(alpha=0.95, k=7, max_l=3, min_sup=least, verbose=False).fit(
        frame.to_numpy(), flagged.to_numpy(float)
    )
    return started


def pysubgroup(frame, flagged):
    import pysubgroup as ps

    frame = frame.assign(flag=flagged)
    started = time.perf_counter()
    target = ps.BinaryTarget("flag", True)
    space = ps.create_selectors(frame, ignore=["flag"])
    task = ps.SubgroupDiscoveryTask(frame, target, space, result_set_size=7, depth=3, qf=ps.WRAccQF())
    ps.BestFirstSearch().execute(task)
    return started


def divexplorer(frame, flagged):
    """No limit of length can be given to it."""
    from divexplorer import DivergenceExplorer

    names = list(frame.columns)
    frame = frame.assign(flag=flagged.astype(int))
    started = time.perf_counter()
    DivergenceExplorer(frame).get_pattern_divergence(
        min_support=0.005, attributes=names, boolean_outcomes=["flag"]
    )
    return started


if __name__ == "__main__":
    jobs = pd.read_csv(sys.argv[2], dtype=str, keep_default_na=False)
    marks = jobs.pop("flag") == "true"
    begun = globals()[sys.argv[1]](jobs, marks)
    seconds = time.perf_counter() - begun
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(json.dumps({"s": seconds, "mb": int(peak.split()[1]) // 1024}))
