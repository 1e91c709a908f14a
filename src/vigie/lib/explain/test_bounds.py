"""Odd input: an answer or a ValueError that says what is wrong, never anything else."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.lib.explain import explain, matching
from vigie.lib.explain.test_explain import farm, plant, say


def test_an_empty_table_has_nothing_to_say():
    answer = explain({"f": [], "a": []}, flag="f", attributes=["a"]).to_json()
    assert answer == {
        "jobs": 0,
        "flagged": 0,
        "lost_core_hours": 0.0,
        "findings": [],
        "unexplained_core_hours": 0.0,
    }


@pytest.mark.parametrize("marked", [False, True])
def test_without_contrast_there_is_no_cause(marked):
    jobs = farm()
    jobs["flag"] = np.full(len(jobs["flag"]), marked)
    explanation = say(jobs)
    assert not explanation.findings
    assert explanation.unexplained == explanation.lost == (jobs["lost"].sum() if marked else 0)


def test_one_value_and_no_value_make_no_rule():
    jobs = plant(farm(), 0.8, node="n7")
    size = len(jobs["flag"])
    jobs |= {"one": ["x"] * size, "none": [None] * size}
    explanation = explain(jobs, flag="flag", attributes=("one", "none", "node"))
    assert [dict(f.where) for f in explanation.findings] == [{"node": "n7"}]
    assert explanation.lost == explanation.flagged


def test_null_is_no_value_even_where_it_is_bad():
    jobs = plant(farm(), 0.9, node="n7")
    jobs["node"][jobs["node"] == "n7"] = None
    assert not say(jobs).findings


def test_as_many_names_as_jobs_and_a_huge_one():
    size = 200_000
    names = [f"job{i}" for i in range(size - 1)] + ["é" * 1_000_000]
    bad = np.arange(size) % 50 == 7
    table = pa.table({"name": names, "node": np.arange(size) % 50, "flag": bad & (np.arange(size) % 3 > 0)})
    [finding] = explain(table, flag="flag", attributes=("name", "node")).findings
    assert dict(finding.where) == {"node": 7}


def test_a_very_long_value_is_cut_in_the_sentence_only():
    jobs = plant(farm(), 0.8, node="n7")
    jobs["node"][jobs["node"] == "n7"] = "n\n" * 100_000
    [finding] = say(jobs).to_json()["findings"]
    assert len(finding["where"]["node"]) == 200_000
    assert max(map(len, finding["sentence"].values())) < 300
    assert "\n" not in finding["sentence"]["en"]


def test_whole_numbers_that_came_as_floats_are_whole_again():
    jobs = plant(farm(), 0.8, hour=3)
    jobs["hour"] = jobs["hour"].astype(float)
    jobs["hour"][:5] = np.nan
    [finding] = say(jobs).findings
    assert dict(finding.where) == {"hour": 3}
    assert matching(jobs, finding.where).sum() == finding.jobs


def test_no_loss_at_all_still_has_causes():
    jobs = plant(farm(), 0.8, node="n7")
    jobs["lost"][:] = 0
    [finding] = say(jobs).findings
    assert (finding.lost, dict(finding.where)) == (0, {"node": "n7"})


def test_a_dictionary_column_is_read_as_it_is():
    jobs = pa.table(plant(farm(), 0.8, node="n7"))
    coded = jobs.set_column(1, "node", jobs.column("node").dictionary_encode())
    assert say(coded).to_json() == say(jobs).to_json()


WRONG = {
    "no column": {"attributes": ("nodes",)},
    "0/1": {"flag": "hour"},
    "true/false": {"flag": "user"},
    "numbers": {"weight": "user"},
    "not negative": {"weight": "negative"},
    "finite": {"weight": "nan"},
    "fractions": {"attributes": ("half",)},
    "different columns": {"attributes": ("node", "node")},
    "at least one": {"attributes": ()},
    "order": {"order": 4},
    "most": {"most": 0},
    "timestamps": {"time": "hour"},
    "must be text": {"attributes": ("lists",)},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_is_wrong_is_said(message):
    jobs = farm(rows=50, base=1.0)
    jobs |= {
        "negative": -jobs["lost"],
        "nan": jobs["lost"] * np.nan,
        "lists": [["x"]] * 50,
        "half": jobs["lost"] / 2,
    }
    with pytest.raises(ValueError, match=message):
        explain(
            pa.table(jobs), **{"flag": "flag", "weight": "lost", "attributes": ("node",), **WRONG[message]}
        )


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        explain({"f": [True], "a": ["x", "y"]}, flag="f", attributes=["a"])


values = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1e6), values, values, st.integers(0, 3)), max_size=60))
def test_whatever_comes_the_numbers_add_up(rows):
    rows = rows * 9  # so that there is something to find
    columns = {
        name: [row[place] for row in rows] for place, name in enumerate(("flag", "lost", "a", "b", "c"))
    }
    explanation = explain(columns, flag="flag", weight="lost", attributes=("a", "b", "c"))
    json.dumps(explanation.to_json(), allow_nan=False)
    flag, lost = np.array(columns["flag"], bool), np.array(columns["lost"], float)
    covered = np.zeros(len(rows), bool)
    assert len(explanation.findings) <= 7
    for finding in explanation.findings:
        mine = matching(columns, finding.where)
        covered |= mine
        assert (finding.jobs, finding.flagged) == (mine.sum(), (mine & flag).sum())
        assert 1.2 < finding.interval[0] <= finding.risk_ratio <= finding.interval[1] < np.inf
    assert explanation.unexplained == pytest.approx(lost[flag & ~covered].sum())
