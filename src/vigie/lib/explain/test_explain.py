"""What an explanation promises."""

import json
from itertools import pairwise

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


def test_a_worse_part_is_said_beside_its_whole():
    jobs = plant(plant(farm(rows=20_000), 0.3, user="u1"), 0.95, user="u1", queue="q2")
    found = wheres(say(jobs))
    assert len(found) == 2
    assert {"user": "u1"} in found
    assert {"user": "u1", "queue": "q2"} in found


def test_a_longer_rule_that_adds_nothing_is_not_said():
    jobs = plant(farm(rows=20_000), 0.5, user="u1")
    jobs["experiment"] = np.array([f"e{int(user[1:]) % 5}" for user in jobs["user"]], object)
    explanation = explain(jobs, flag="flag", attributes=("experiment", *ATTRIBUTES))
    assert wheres(explanation) == [{"user": "u1"}]


def test_of_two_that_say_the_same_the_first_named_is_said():
    jobs = plant(farm(), 0.8, node="n7")
    jobs["host"] = jobs["node"]
    assert wheres(explain(jobs, flag="flag", attributes=("host", "node"))) == [{"host": "n7"}]
    assert wheres(explain(jobs, flag="flag", attributes=("node", "host"))) == [{"node": "n7"}]


def test_seven_at_most_and_those_that_cost_most():
    jobs = farm(rows=20_000, base=0.01)
    for place in range(12):
        plant(jobs, 0.9, seed=place, node=f"n{place}")
    explanation = say(jobs)
    assert len(explanation.findings) == 7
    losses = {f"n{p}": jobs["lost"][jobs["flag"] & (jobs["node"] == f"n{p}")].sum() for p in range(12)}
    assert [w["node"] for w in wheres(explanation)] == sorted(losses, key=losses.get, reverse=True)[:7]
    assert explanation.unexplained == pytest.approx(explanation.lost - sum(sorted(losses.values())[5:]))
    assert len(say(jobs, most=3).findings) == 3


def test_of_one_cause_only_order_one_is_looked_at_if_asked():
    jobs = plant(farm(), 0.9, user="u1", queue="q2")
    assert all(len(where) == 1 for where in wheres(say(jobs, order=1)))


def test_the_same_rows_in_any_order_say_the_same():
    jobs = plant(plant(farm(), 0.8, node="n7"), 0.7, user="u1", queue="q2")
    shuffled = np.random.default_rng(3).permutation(len(jobs["flag"]))
    again = {name: column[shuffled] for name, column in jobs.items()}
    assert say(jobs).to_json() == say(jobs).to_json() == say(again).to_json()


def test_since_when_a_node_went_bad():
    jobs = farm(rows=20_000, base=0.02)
    start = np.datetime64("2026-03-01T00:00:00", "us")
    jobs["at"] = start + np.arange(20_000) * np.timedelta64(1, "m")
    broken = start + np.timedelta64(10_000, "m")
    late = (jobs["node"] == "n7") & (jobs["at"] >= broken)
    jobs["flag"] |= late & (np.random.default_rng(1).random(20_000) < 0.9)
    [finding] = say(jobs, time="at").findings
    assert dict(finding.where) == {"node": "n7"}
    delay = np.datetime64(finding.since.replace(tzinfo=None), "us") - broken
    assert abs(delay) < np.timedelta64(4, "h")


def test_planted_causes_are_found_and_nothing_else():
    """Two causes at a time, of all orders and strengths from 20 to 90 %; the farm and the draws are fixed."""
    rules = [
        {"node": "n3"},
        {"user": "u2", "queue": "q1"},
        {"queue": "q0", "user": "u0", "hour": 5},
        {"hour": 11},
        {"user": "u6"},
        {"node": "n9", "queue": "q2"},
    ]
    for seed, strength in enumerate((0.2, 0.5, 0.9)):
        for one, other in pairwise(rules):
            jobs = plant(plant(farm(seed, 40_000), strength, seed=5, **one), strength, seed=6, **other)
            found = wheres(say(jobs))
            missing = [rule for rule in (one, other) if rule not in found]
            assert [where for where in found if where not in (one, other)] == []
            assert missing == [] or strength < 0.5
