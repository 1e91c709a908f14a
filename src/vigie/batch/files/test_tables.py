"""Traces, CSV and Parquet."""

import gzip
import os
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vigie.batch.files.swf import SwfFile
from vigie.batch.files.tables import CsvFile, ParquetFile
from vigie.contracts.batch import JOBS, JobFile, Refusal, ScansFast, Tally

SWF = """; Version: 2.2
; UnixStartTime: 1000000000
; Queue: 2 long (some words)
;Note: these are eighteen words 5 6 7 8 9 10 11 12 13 14 15 16 17 18
   1   10   5   100  4   90.5  2048   4   3600  -1  1   7 3 12 2 -1 -1 -1
   2   20  -1    -1 -1   -1     -1   8   3600  -1  5   7 3 12 9 -1 -1 -1
   3   20   1    50  1   20     -1   1   3600  -1  2   7 3 12 2 -1 -1 -1
4 5 6
"""


def test_a_trace_is_read_with_its_units_and_its_bad_lines_kept_aside(tmp_path):
    path = tmp_path / "farm.swf.gz"
    path.write_bytes(gzip.compress(SWF.encode()))
    tally = Tally()
    table = SwfFile().scan(path, tally)
    assert table.schema == JOBS
    one, two = table.to_pylist()
    assert (one["cluster"], one["job_id"], one["queue"], one["user"]) == ("farm", "1", "long", "7")
    assert one["submitted"] == datetime.fromtimestamp(1000000010, UTC)
    assert (one["ended"] - one["started"]).total_seconds() == one["elapsed_s"] == 100
    assert (one["cores"], one["cpu_s"], one["memory_used_b"], one["state"]) == (
        4,
        362.0,
        4 * 2048 * 1024,
        "completed",
    )
    assert (two["started"], two["elapsed_s"], two["cores"], two["queue"]) == (None, None, 8, "9")
    assert [(line.line, line.text) for line in tally.aside] == [(8, "4 5 6")]
    assert tally.jobs == 2
    assert sum(tally.notes.values()) == 1  # the part of an interrupted job


def test_csv_columns_are_guessed_mapped_and_the_others_handed_on(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_bytes(
        b"\xef\xbb\xbfJob-Id;user;start;cores;cpu_s;nodes;slow\r\n"
        b'7;"ana";2026-03-29 12:00:00;2;10.5;n1 n2;1\r\n'
        b"8;bob\xe9;1774785600;x;-4;;0\r\n"
        b"9;too;few\r\n"
        b"8;bob2;1774785600;1;4;;0\r\n"
    )
    tally = Tally()
    table = CsvFile().scan(path, tally, columns={"started": "start"}, zone="Europe/Paris")
    assert table.column_names == [*JOBS.names, "slow"]
    ana, bob = table.to_pylist()
    assert ana["started"] == datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert (ana["job_id"], ana["user"], ana["nodes"], ana["slow"]) == ("7", "ana", ["n1", "n2"], "1")
    assert (bob["user"], bob["cpu_s"], bob["nodes"]) == ("bob2", 4.0, None)
    assert tally.asides == 1
    assert tally.jobs == 2
    notes = " / ".join(tally.notes)
    for said in ("UTF-8", "cores that can't be read", "cpu_s below zero", "another line"):
        assert said in notes
    [batch] = CsvFile().read(path, Tally())
    assert batch.schema == JOBS
    assert len(batch) == 3


def test_a_table_without_job_ids_can_be_scanned_not_imported(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("color,flag\nred,1\nblue,0\n")
    table = CsvFile().scan(path, Tally())
    assert table["job_id"].to_pylist() == ["1", "2"]
    assert table["color"].to_pylist() == ["red", "blue"]
    with pytest.raises(Refusal, match="job_id"):
        list(CsvFile().read(path, Tally()))


def test_parquet_keeps_its_types(tmp_path):
    path = tmp_path / "jobs.parquet"
    start = datetime(2026, 1, 1)
    pq.write_table(
        pa.table(
            {
                "job_id": pa.array([1, 2]),
                "began": pa.array([start, None], pa.timestamp("ms")),
                "queue": pa.array(["a", "b"]).dictionary_encode(),
                "nodes": pa.array([["n1"], None], pa.list_(pa.string())),
                "weight": pa.array([0.5, 1.5]),
            }
        ),
        path,
    )
    table = ParquetFile().scan(path, Tally(), columns={"started": "began"}, zone="Europe/Paris")
    assert table["started"].to_pylist() == [datetime(2025, 12, 31, 23, tzinfo=UTC), None]
    assert table["job_id"].to_pylist() == ["1", "2"]
    assert table["weight"].to_pylist() == [0.5, 1.5]
    assert table["nodes"].to_pylist() == [["n1"], None]


@pytest.mark.parametrize("reader", [CsvFile(), ParquetFile(), SwfFile()])
def test_what_is_no_such_file_is_said_in_words(tmp_path, reader):
    assert isinstance(reader, JobFile)
    assert isinstance(reader, ScansFast)
    (tmp_path / "empty").touch()
    (tmp_path / "rubbish").write_bytes(bytes(range(256)) * 40)
    for name in ("missing", "empty", "rubbish", "."):
        with pytest.raises(Refusal, match=str(tmp_path)):
            list(reader.read(tmp_path / name, Tally()))


@pytest.mark.parametrize("quoted", ["{}", '"{}"', '"{}\n,"'])
def test_a_name_of_a_million_characters_costs_only_itself(tmp_path, quoted):
    path = tmp_path / "t.csv"
    path.write_text("job_id,name,user\n1,n,ana\n2," + quoted.format("é" * 10**6) + ",bo\n3,n,cy\n")
    tally = Tally()
    rows = CsvFile().scan(path, tally, cluster="c").to_pylist()
    assert [(row["job_id"], row["user"], len(row["name"])) for row in rows] == [
        ("1", "ana", 1),
        ("2", "bo", 1000),
        ("3", "cy", 1),
    ]
    assert tally.notes == {"names longer than 1000 characters: cut": 1}


def test_a_column_that_is_nowhere_is_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("job_id,a\n1,2\n")
    with pytest.raises(Refusal, match="no such column"):
        CsvFile().scan(path, Tally(), columns={"speed": "a"})
    with pytest.raises(Refusal, match="it has job_id, a"):
        CsvFile().scan(path, Tally(), columns={"user": "b"})


def test_a_header_alone_is_a_table_of_no_rows_with_its_columns(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("user,bad\n")
    table = CsvFile().scan(path, Tally())
    assert table.num_rows == 0
    assert "bad" in table.column_names


def test_a_pipe_is_refused_in_words_before_it_can_block(tmp_path):
    path = tmp_path / "jobs"
    os.mkfifo(path)
    for reader in (CsvFile(), SwfFile()):
        with pytest.raises(Refusal, match="is a pipe"):
            reader.scan(path, Tally())
