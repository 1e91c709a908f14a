"""What an explanation promises."""

import json

import numpy as np
import pyarrow as pa
import pytest

from vigie.lib.explain import explain, matching

ATTRIBUTES = ("user", "node", "queue", "hour")


def farm(seed=0, rows=6000, base=0.05):
    """Rows of ten users, forty nodes, three queues and 24 hours, flagged at a base rate, each with a loss."""
    rng = np.random.default_rng(seed)
    names = rng.choice(10, rows, p=np.arange(10, 0, -1) / 55)
    return {
        "user": np.array([f"u{x}" for x in names], object),
        "node": np.array([f"n{x}" for x in rng.integers(0, 40, rows)], object),
        "queue": np.array([f"q{x}" for x in rng.integers(0, 3, rows)], object),
        "hour": rng.integers(0, 24, rows),
        "flag": rng.random(rows) < base,
        "lost": rng.lognormal(1, 0.5, rows),
    }


def plant(jobs, strength, seed=1, **where):
    rows = matching(jobs, where)
    jobs["flag"] |= rows & (np.random.default_rng(seed).random(len(rows)) < strength)
    return jobs


def say(jobs, **more):
    return explain(jobs, flag="flag", weight="lost", attributes=ATTRIBUTES, **more)


def wheres(explanation):
    return [dict(finding.where) for finding in explanation.findings]


def test_a_bad_node_is_not_said_by_its_users():
    assert wheres(say(plant(farm(), 0.8, node="n7"))) == [{"node": "n7"}]


def test_one_user_in_one_queue_is_not_said_of_all_his_jobs():
    assert wheres(say(plant(farm(), 0.7, user="u1", queue="q2"))) == [{"user": "u1", "queue": "q2"}]


def test_three_bad_nodes_are_not_a_bad_rack():
    jobs = farm()
    jobs["rack"] = np.array([f"r{int(node[1:]) // 10}" for node in jobs["node"]], object)
    for node in ("n11", "n12", "n13"):
        plant(jobs, 0.9, node=node)
    explanation = explain(jobs, flag="flag", weight="lost", attributes=("rack", *ATTRIBUTES))
    assert sorted(where["node"] for where in wheres(explanation)) == ["n11", "n12", "n13"]
    assert all(len(where) == 1 for where in wheres(explanation))


def test_what_is_found_and_what_is_not_make_the_whole_loss():
    jobs = plant(plant(farm(), 0.8, node="n7"), 0.5, user="u3")
    explanation = say(jobs)
    covered = np.zeros(len(jobs["flag"]), bool)
    for finding in explanation.findings:
        rows = matching(jobs, finding.where)
        assert finding.jobs == rows.sum()
        assert finding.flagged == (rows & jobs["flag"]).sum()
        assert finding.lost == pytest.approx(jobs["lost"][rows & jobs["flag"]].sum())
        covered |= rows
    assert {"node": "n7"} in wheres(explanation)
    assert {"user": "u3"} in wheres(explanation)
    assert explanation.unexplained == pytest.approx(jobs["lost"][jobs["flag"] & ~covered].sum())
    assert sum(f.added for f in explanation.findings) + explanation.unexplained == pytest.approx(
        explanation.lost
    )


def test_nothing_planted_nothing_found():
    assert all(not say(farm(seed)).findings for seed in range(20))


def test_the_json_is_the_one_promised():
    answer = json.loads(json.dumps(say(plant(farm(), 0.8, node="n7")).to_json(), allow_nan=False))
    assert list(answer) == ["jobs", "flagged", "lost_core_hours", "findings", "unexplained_core_hours"]
    [finding] = answer["findings"]
    assert list(finding) == [
        "where",
        "jobs",
        "flagged",
        "lost_core_hours",
        "risk_ratio",
        "interval",
        "sentence",
    ]
    assert finding["where"] == {"node": "n7"}
    assert finding["interval"][0] < finding["risk_ratio"] < finding["interval"][1]
    assert set(finding["sentence"]) == {"fr", "en"}


def test_if_nobody_else_is_flagged_the_ratio_is_still_a_number():
    jobs = farm(base=0.0)
    jobs["flag"] = jobs["node"] == "n7"
    [finding] = say(jobs).to_json()["findings"]
    assert json.dumps(finding, allow_nan=False)
    assert finding["risk_ratio"] > 100


def test_an_arrow_table_says_the_same_as_a_mapping():
    jobs = plant(farm(), 0.8, node="n7")
    assert say(pa.table(jobs)).to_json() == say(jobs).to_json()
