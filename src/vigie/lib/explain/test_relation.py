"""Rows that stay in DuckDB say what rows in memory say."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from vigie.lib.explain import explain
from vigie.lib.explain.arriving import Asked
from vigie.lib.explain.judging import Limits
from vigie.lib.explain.relation import from_relation
from vigie.lib.explain.test_explain import ATTRIBUTES, farm, plant, say


@pytest.fixture
def jobs():
    jobs = plant(plant(farm(), 0.8, node="n7"), 0.7, user="u1", queue="q2")
    jobs["user"][5:9] = None
    jobs["user"][9] = 'o\'hara "x"'
    jobs["at"] = np.datetime64("2026-03-01T00:00:00", "us") + np.arange(len(jobs["flag"])) * np.timedelta64(
        1, "m"
    )
    return pa.table(jobs)


def relation_of(table):
    connection = duckdb.connect()
    connection.register("given", table)
    connection.execute("CREATE TABLE jobs AS SELECT * FROM given")
    return connection.sql("SELECT * FROM jobs")


def test_a_relation_says_the_same_as_its_table(jobs):
    assert say(relation_of(jobs), time="at").to_json() == say(jobs, time="at").to_json()


def test_folded_by_duckdb_it_says_the_same_too(jobs, monkeypatch):
    monkeypatch.setattr(from_relation, "__defaults__", (0,))
    folded, fetched = say(relation_of(jobs), time="at"), say(jobs, time="at")
    assert folded.to_json() == fetched.to_json()
    assert folded.tried == fetched.tried


@pytest.mark.parametrize("change", ["lost = -1", "lost = 'nan'", "flag = 2", "missing"])
def test_what_cannot_be_read_is_refused_there_too(jobs, change):
    relation = relation_of(jobs)
    flag = "missing" if change == "missing" else "flag"
    if change != "missing":
        name, value = change.split(" = ")
        kind = "INTEGER" if name == "flag" else "DOUBLE"
        flags = ", true AS flag" if name == "lost" else ""
        relation = relation.project(f"* REPLACE ({value}::{kind} AS {name}{flags})")
    with pytest.raises(ValueError, match=change.split(" ")[0]):
        from_relation(relation, Asked(flag, "lost", ATTRIBUTES, None, Limits()), few=0)


def test_numbers_and_true_or_false_are_values_in_sql_too(monkeypatch):
    monkeypatch.setattr(from_relation, "__defaults__", (0,))
    jobs = plant(farm(), 0.8, hour=3)
    jobs["array"] = jobs["hour"] > 20
    [finding] = explain(
        relation_of(pa.table(jobs)), flag="flag", attributes=("hour", "array", "queue")
    ).findings
    assert dict(finding.where) == {"hour": 3}
