"""Straight from a table: the same verdicts as over the lake, and the file's own columns as attributes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from vigie.contracts.batch import JOBS, JobFileInfo, Tally
from vigie.jobs import detect
from vigie.jobs.detect import straight, thresholds
from vigie.jobs.detect.columns import Columns
from vigie.jobs.detect.test_detectors import NOW, engine, job, mixed
from vigie.jobs.lake.engine import DuckEngine


class Held:
    """A reader whose file is a table in memory."""

    info = JobFileInfo("held", "", "")

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def read(self, *_args: Any, **_options: Any) -> Any:
        return iter(self.table.to_batches())

    def scan(self, *_args: Any, **_options: Any) -> pa.Table:
        return self.table


class Piecewise:
    """A reader that can't hand over a whole file."""

    info = JobFileInfo("piecewise", "", "")

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def read(self, *_args: Any, **_options: Any) -> Any:
        return iter(self.table.to_batches(max_chunksize=7))


def told(table: pa.Table, reader: type = Held, mine: Any = None, **asked: Any) -> straight.Told:
    return straight.explain_file(
        Path("x"), reader(table), Tally(), now=NOW, asked=straight.Asked(**asked), thresholds=mine
    )


def ugly() -> list[dict[str, Any]]:
    nothing = {"account": None, "user": None, "name": None, "cpu_s": 1.0}
    return [
        *mixed(),
        job("n1", **nothing),
        *(
            job(f"b{n}", name=str(n), user=f"u{n % 2}", cores=1, cpu_s=36_000 * (0.3 if n == 7 else 0.9))
            for n in range(40)
        ),
        job("n2", cpu_s=None),
        job("n3", cores=None),
        job("n4", state="waiting", cpu_s=0.0),
        job("n5", nodes=["a", "b"], cpu_s=3.0),
        job("n6", nodes=["a"], cpu_s=3.0, submitted=None),
    ]


@pytest.mark.parametrize("reader", [Held, Piecewise])
def test_the_verdicts_are_those_of_the_lake(reader: type) -> None:
    rows = ugly()
    with engine(rows) as over:
        full = detect.flag(over, now=NOW)
    found = told(pa.Table.from_pylist(rows, schema=JOBS), reader).flags
    assert found
    for name in ("judged", "bad", "unknown", "doubts", "by_detector"):
        assert getattr(found, name) == getattr(full, name)
    assert found.lost_core_hours == pytest.approx(full.lost_core_hours)


def test_exceptions_of_thresholds_count_here_too() -> None:
    rows = [job(str(n), queue="io" if n % 2 else "cpu", cores=1, cpu_s=100.0) for n in range(400)]
    mine, _faults = thresholds.read({"low-efficiency": {"for": [{"queue": "io", "efficiency": 0.0}]}})
    found = told(pa.Table.from_pylist(rows, schema=JOBS), mine=mine)
    assert found.explanation.flagged == 200
    assert [dict(one.where) for one in found.explanation.findings] == [{"queue": "cpu"}]


def test_derived_attributes_are_those_of_the_prepared_view() -> None:
    rows = [
        job(str(n), name=name, nodes=nodes, started=NOW - timedelta(minutes=13 * n))
        for n, (name, nodes) in enumerate(
            [("Reco_12", ["a"]), (None, None), ("x-0a1b2c3d4e", []), ("été 7", ["a", "b"]), ("R" * 99, ["b"])]
            * 9
        )
    ]
    table = pa.Table.from_pylist(rows, schema=JOBS)
    zone = "Asia/Kathmandu"  # its hours begin a quarter before ours
    with DuckEngine.over_table(table, zone=zone) as over:
        expected = over.rows("SELECT name_shape, node, hour FROM prepared")
        found = Columns(table, over, zone)
        made = [
            dict(zip(straight.DERIVED, row, strict=True))
            for row in zip(*(found.get(name).to_pylist() for name in straight.DERIVED), strict=True)
        ]
    assert sorted(map(str, made)) == sorted(map(str, expected))


def test_a_file_of_one_job_and_a_file_of_none() -> None:
    one = told(pa.Table.from_pylist([job("1", cores=1, cpu_s=1.0)], schema=JOBS))
    assert (one.explanation.jobs, one.explanation.flagged, one.explanation.findings) == (1, 1, ())
    assert one.explanation.unexplained == pytest.approx(one.explanation.lost)
    none = told(JOBS.empty_table())
    assert (none.explanation.jobs, none.explanation.flagged, none.explanation.lost) == (0, 0, 0)


def test_the_files_own_columns_are_attributes_whatever_they_are_called() -> None:
    rows = [job(str(n), cores=1, cpu_s=10.0 if n % 4 == 0 else 35_000.0) for n in range(200)]
    table = pa.Table.from_pylist(rows, schema=JOBS)
    for name in ('sto"rage; --', "efficiency", "node", "kind", "experiment", "lost"):
        own = table.append_column(name, pa.array(["bad" if n % 4 == 0 else f"v{n % 3}" for n in range(200)]))
        found = told(own)
        assert [dict(one.where) for one in found.explanation.findings] == [{name: "bad"}]


def test_what_explains_can_not_be_what_is_explained():
    table = JOBS.empty_table().append_column("bad", pa.array([], pa.string()))
    with pytest.raises(straight.Unfit, match="flag or the weight"):
        told(table, flag="bad", attributes=["user", "bad"])


def test_a_table_of_thousands_of_columns_asks_which_ones():
    plain = pa.table({"bad": ["1", "0"] * 20})
    base = JOBS.empty_table()
    rows = pa.table({name: pa.nulls(40, base.schema.field(name).type) for name in base.column_names})
    for width in (straight.MOST_ATTRIBUTES + 1, straight.MOST_OWN + 1):
        own = {f"c{n}": [str(row % 3) for row in range(40)] for n in range(width)}
        wide = pa.table(
            {**dict(zip(rows.column_names, rows.columns, strict=True)), **own, "bad": plain["bad"]}
        )
        with pytest.raises(straight.Unfit, match="--attributes"):
            told(wide, flag="bad")
        with pytest.raises(straight.Unfit, match=r"no column “nope”.* and \d+ more"):
            told(wide, flag="nope")
    assert told(wide, flag="bad", attributes=["c0", "c1"]).explanation.jobs == 40
