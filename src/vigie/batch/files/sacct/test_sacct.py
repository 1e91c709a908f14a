"""Dumps of sacct, as real Slurm printed them and as they get broken on their way."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.processes import ROOT

from vigie.batch.files import words
from vigie.batch.files.sacct import SacctFile
from vigie.batch.slurm import accounting, fields
from vigie.batch.slurm.rows import batches
from vigie.batch.slurm.text import records
from vigie.contracts.batch import JOBS, UNLIMITED_S, JobFile, Refusal, ScansFast, Tally

REAL = Path(__file__).parent.parent / "samples" / "sacct-22.05.psv"
HEAD = "JobID|JobName|User|Partition|State|ExitCode|Submit|Start|End|ElapsedRaw|Timelimit|NNodes|AllocCPUS|ReqMem|MaxRSS|NTasks|TotalCPU|TRESUsageInTot|NodeList|WorkDir"


def job(
    job_id="7", name="n", *, state="COMPLETED", submit="2026-03-01T10:00:00", start="2026-03-01T10:00:00",
    end="2026-03-01T11:00:00", elapsed="3600", limit="02:00:00", nodes="1", cores="2", mem="4G", rss="", tasks="",
    cpu="00:00:00", tres="", where="n[1-2]", folder="/w", user="ana",
):  # fmt: skip
    columns = (
        job_id, name, user, "htc", state, "0:0", submit, start, end, elapsed, limit, nodes, cores, mem, rss, tasks, cpu,
        tres, where, folder,
    )  # fmt: skip
    return "|".join(columns)


def step(job_id, cpu, **more):
    return job(job_id, "step", cpu=cpu, mem="", limit="", user="", **more)


def scan(tmp_path, *lines, head=HEAD, end="\n", **options):
    path = tmp_path / "dump"
    path.write_bytes((end.join([head, *lines]) + end).encode(errors="surrogateescape"))
    tally = Tally()
    return SacctFile(**({"piece": options.pop("piece")} if "piece" in options else {})).scan(
        path, tally, **options
    ).to_pylist(), tally


def test_what_a_real_slurm_printed():
    tally = Tally()
    table = SacctFile().scan(REAL, tally)
    rows = {(row["job_id"], row["started"]): row for row in table.to_pylist()}
    assert len(rows) == 16
    assert tally.asides == 0
    names = {row["name"] for row in rows.values()}
    assert {"crazy|name", "two\nlines"} <= names
    assert sum(row["job_id"] == "2" for row in rows.values()) == 2  # requeued: another attempt
    arrays = {row["job_id"] for row in rows.values() if "_" in row["job_id"]}
    assert arrays == {f"7_{n}" for n in range(1, 7)}
    burn = next(row for row in rows.values() if row["name"] == "burn")
    assert (burn["cluster"], burn["cpu_s"], burn["limit_s"]) == ("jobsres", pytest.approx(44.317), 300)
    assert (burn["memory_used_b"], burn["nodes"], burn["state"]) == (16404 * 1024, ["vm"], "completed")
    assert burn["submitted"] == datetime(2026, 11, 22, 14, 53, 1, tzinfo=UTC)
    assert SacctFile.info.name == "sacct"
    assert isinstance(SacctFile(), JobFile)
    assert isinstance(SacctFile(), ScansFast)


def test_cpu_time_is_that_of_the_steps_where_the_job_shows_none(tmp_path):
    rows, _ = scan(
        tmp_path,
        job("7"), step("7.batch", "00:10.500", rss="100K"), step("7.0", "1-00:00:01", rss="3M"), step("7.extern", "00:00:00"),
        job("8", cpu="01:00:00"), step("8.batch", "00:59:59"),
        job("9"), step("9.batch", "00:00:00", tres="cpu=00:00:42,mem=5M", tasks="4", rss="1M"),
        job("10"),
        job("11", state="RUNNING", end="Unknown"), step("11.batch", "00:00:00"),
    )  # fmt: skip
    assert [row["cpu_s"] for row in rows] == [86411.5, 3600.0, 42.0, None, None]
    assert [row["memory_used_b"] for row in rows[:3]] == [3 << 20, None, 5 << 20]


def test_polled_and_imported_an_attempt_is_the_same(tmp_path):
    record = (ROOT / "tests" / "samples" / "slurm" / "sacct-22.05.8.txt").read_bytes().replace(b"\xff", b"?")
    told = list(records(record, "\x1fsample\x1e", accounting.FIELDS, Tally(), "sacct"))
    told = [
        one for one in told if "\n" not in one["JobName"]
    ]  # a newline in the last column ends the row in a dump
    polled = [
        row
        for batch in batches(accounting.attempts(told, "lab", Tally()), Tally())
        for row in batch.to_pylist()
    ]
    rows, _ = scan(
        tmp_path, *("|".join(one.values()) for one in told), head="|".join(accounting.FIELDS), cluster="lab"
    )
    assert rows == polled


def test_a_step_that_was_never_measured_makes_the_job_unknown_not_slow(tmp_path):
    rows, tally = scan(
        tmp_path,
        job("7", cpu="00:00.004", state="NODE_FAIL"), step("7.batch", "00:00:00"), step("7.0", "00:00.004"),
        job("8", cpu="00:10:00"), step("8.batch", "00:10:00"), step("8.0", "00:00:00", elapsed="0"),
    )  # fmt: skip
    assert [row["cpu_s"] for row in rows] == [None, 600.0]
    assert tally.notes["jobs with a step that has no CPU time: unknown"] == 1


def test_limits_memory_nodes_states_and_array_ids(tmp_path):
    rows, _ = scan(
        tmp_path,
        job(
            "1_[3-9%2]",
            limit="UNLIMITED",
            state="PENDING",
            start="Unknown",
            end="Unknown",
            where="None assigned",
        ),
        job("2+1", limit="Partition_Limit", mem="2Gn", nodes="3"),
        job("3", limit="1-00:00:00", mem="1.5Gc", state="CANCELLED by 123"),
    )
    assert [row["job_id"] for row in rows] == ["1_[3-9%2]", "2+1", "3"]
    assert [row["limit_s"] for row in rows] == [UNLIMITED_S, None, 86400]
    assert [row["memory_asked_b"] for row in rows] == [4 << 30, 6 << 30, 3 << 30]
    assert [row["state"] for row in rows] == ["waiting", "completed", "cancelled"]
    assert (rows[0]["started"], rows[0]["nodes"], rows[1]["nodes"]) == (None, None, ["n1", "n2"])


def test_times_are_those_of_the_zone_and_an_hour_that_came_twice_is_the_first(tmp_path):
    rows, tally = scan(
        tmp_path,
        job("1", start="2026-07-01T12:00:00", end="2026-07-01T13:00:00"),
        job("2", start="2026-10-25T02:50:00", end="2026-10-25T02:10:00", elapsed="1200"),
        zone="Europe/Paris",
    )
    assert rows[0]["started"] == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert rows[1]["started"] == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert rows[1]["ended"] == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert any("end before they start" in note for note in tally.notes)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bars_newlines_and_broken_bytes_in_names_cost_nothing(tmp_path, end):
    rows, tally = scan(
        tmp_path,
        job("1", "a|b||c"), step("1.batch", "00:00:05"),
        job("2", "two\nlines|and a bar"), step("2.batch", "00:00:06"),
        job("3", "caf\udce9"), step("3.batch", "00:00:07"),
        job("4", "x|y", folder="/w|x/y"), step("4.batch", "00:00:08", folder="/w|x"),
        "sacct: error: lost",
        job("5"), step("5.batch", "00:00:09"),
        "6|cut|in the mid",
        end=end,
    )  # fmt: skip
    found = {row["job_id"]: row for row in rows}
    assert {key: row["name"] for key, row in found.items()} == {
        "1": "a|b||c", "2": "two\nlines|and a bar", "3": "caf\ufffd", "4": "x|y", "5": "n",
    }  # fmt: skip
    assert {key: row["cpu_s"] for key, row in found.items()} == {"1": 5, "2": 6, "3": 7, "4": 8, "5": 9}
    assert [line.text for line in tally.aside] == ["sacct: error: lost", "6|cut|in the mid"]
    assert tally.aside[0].line == 11
    assert tally.jobs == 5


def test_lines_are_counted_as_they_stand_whatever_they_hold(tmp_path):
    """In a dump without names or comments too, where a mark too many can't be told."""
    lines = ["1|COMPLETED|3600", "", "2|COMPLETED|3600|", "not|an|id", "3|COMPLETED", '4|"COMPLETED|3600']
    rows, tally = scan(tmp_path, *lines, head="JobID|State|ElapsedRaw")
    assert [(row["job_id"], row["elapsed_s"]) for row in rows] == [("1", 3600), ("4", 3600)]
    assert [(aside.line, aside.text) for aside in tally.aside] == [(n, lines[n - 2]) for n in (4, 5, 6)]


def test_what_can_not_be_is_kept_and_noted(tmp_path):
    rows, tally = scan(
        tmp_path,
        job("1", cpu="10:00:00"),
        job("2", start="2026-03-01T11:00:00", end="2026-03-01T10:00:00"),
        job("3", start="2099-01-01T00:00:00", end="2099-01-01T01:00:00"),
        job("4", elapsed="-5"),
        job("5", "x" * 2 * 10**6),
        job("6", state="RUNNING", end="Unknown"),
        job("6", cpu="00:30:00"),
        job("7", submit="never", cores="many", cpu="a lot"),
    )
    found = {row["job_id"]: row for row in rows}
    assert len(rows) == 7
    assert found["1"]["cpu_s"] == 36000
    assert found["4"]["elapsed_s"] == 3600  # from start and end
    assert len(found["5"]["name"]) == 1000
    assert found["6"]["state"] == "completed"
    assert (found["7"]["submitted"], found["7"]["cores"], found["7"]["cpu_s"]) == (None, None, None)
    said = " / ".join(tally.notes)
    for word in (
        "more CPU time",
        "end before",
        "in the future",
        "below zero",
        "longer than",
        "another line",
        "Submit that",
    ):
        assert word in said


def test_pieces_never_part_a_job_from_its_steps(tmp_path):
    lines = [
        line
        for n in range(500)
        for line in (job(f"{n}"), step(f"{n}.batch", "00:01:00"), step(f"{n}.0", "00:01:00"))
    ]
    rows, tally = scan(tmp_path, *lines, piece=1000)
    assert [row["job_id"] for row in rows] == [str(n) for n in range(500)]
    assert {row["cpu_s"] for row in rows} == {120.0}
    assert not tally.notes or "steps without" not in " ".join(tally.notes)


def test_a_sorted_dump_still_finds_its_steps(tmp_path):
    rows, tally = scan(
        tmp_path,
        step("2.0", "00:00:02"),
        job("10"),
        job("2"),
        step("10.0", "00:00:01"),
        step("99.0", "00:00:01"),
    )
    assert [(row["job_id"], row["cpu_s"]) for row in rows] == [("10", 1), ("2", 2)]
    assert tally.notes["steps without their job: left out"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"1|2|3\n", "name its columns"),
        (b"JobID State\n----- -----\n1     OK\n", "-P"),
        (b"JobID,State,Start\n1,COMPLETED,x\n", "not separated by"),
        (b"JobID|State|Start\n", "no line of it is a job"),
        (b"JobID|State|Start\nrubbish\n", "1 lines could not be read"),
        (bytes(range(256)) * 50, "not text"),
        (b"BZh91AY&SY", "bzip2"),
        ("JobID|State".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_dump_is_said_with_what_to_do(tmp_path, content, said):
    path = tmp_path / "dump"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=said) as caught:
        SacctFile().scan(path, Tally())
    assert str(path) in str(caught.value)


def test_gzip_to_the_break(tmp_path):
    lines = [job(str(n), f"name {n * 7919 % 10007}") for n in range(5000)]
    packed = gzip.compress("\n".join([HEAD, *lines]).encode())
    for name, content in (
        ("cut", packed[: len(packed) // 2]),
        ("broken", packed[:9000] + b"\xff" * 50 + packed[9050:]),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        tally = Tally()
        table = SacctFile().scan(path, tally)
        assert 1000 < len(table) < 5000
        assert any("gzip" in line.reason for line in tally.aside)
    path = tmp_path / "two"
    path.write_bytes(
        gzip.compress("\n".join([HEAD, lines[0], ""]).encode()) + gzip.compress(lines[1].encode())
    )
    assert len(SacctFile().scan(path, Tally())) == 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.text(alphabet="|\n\r09._x:-T\0é", max_size=40).map(str.encode),
            st.integers(0, 99).map(lambda n: job(str(n)).encode()),
            st.tuples(st.integers(0, 99), st.text(max_size=12)).map(
                lambda pair: step(f"{pair[0]}.0", pair[1]).encode(errors="replace")
            ),
        ),
        max_size=12,
    ),
    st.integers(1, 400),
)
def test_no_file_whatsoever_ends_in_a_traceback(tmp_path_factory, lines, piece):
    path = tmp_path_factory.mktemp("fuzz") / "dump"
    path.write_bytes(HEAD.encode() + b"\n" + b"\n".join(lines))
    tally = Tally()
    try:
        table = SacctFile(piece=piece).scan(path, tally)
    except Refusal:
        return
    assert table.schema == JOBS
    assert len(table) == tally.jobs


CLOCKS = st.one_of(
    st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)).map(
        lambda t: "{:02}:{:02}:{:02}".format(*t)
    ),
    st.tuples(st.integers(0, 59), st.integers(0, 59), st.integers(0, 999)).map(
        lambda t: "{:02}:{:02}.{:03}".format(*t)
    ),
    st.tuples(st.integers(0, 10**7), st.integers(0, 23)).map(lambda t: "{}-{:02}:30:01".format(*t)),
    st.text(alphabet="0123456789:.-K ", max_size=14),
)


@given(st.lists(CLOCKS, min_size=1, max_size=20))
def test_the_quick_way_reads_what_the_slow_way_reads(texts):
    column = words.of_arrow(pa.array(texts))
    for quick, slow in (
        (words.clocks, fields.duration),
        (words.kilobytes, lambda text: size.bytes if (size := fields.size(text)) else 0),
    ):
        for text, value in zip(texts, quick(column), strict=True):
            if not np.isnan(value):
                assert value == pytest.approx(slow(text))
    assert column.arrow().to_pylist() == texts
