"""Grid Engine's accounting and HTCondor's history."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.batch.files.condor import CondorFile
from vigie.batch.files.gridengine import GridEngineFile
from vigie.batch.files.tables import CsvFile
from vigie.contracts.batch import JOBS, Refusal, Tally
from vigie.contracts.conformance.batch import faults

REAL = Path(__file__).parent / "samples" / "gridengine-8.1-accounting"


def scan(reader, path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tally = Tally()
    table = reader.scan(path, tally)
    assert [fault for batch in table.to_batches() for fault in faults(batch)] == []
    return table.to_pylist(), tally


def test_what_a_real_grid_engine_wrote():
    tally = Tally()
    rows = GridEngineFile().scan(REAL, tally).to_pylist()
    smp, burn, nap = rows
    assert [row["job_id"] for row in rows] == ["3", "1", "2"]
    assert (smp["user"], smp["account"], smp["cores"], smp["nodes"], smp["queue"]) == (
        "bob",
        "chem",
        2,
        ["vm"],
        "all.q",
    )
    assert (burn["cpu_s"], burn["elapsed_s"], burn["state"]) == (pytest.approx(18.016392), 20, "failed")
    assert burn["started"] == datetime.fromtimestamp(1795359113, UTC)
    assert (smp["state"], nap["exit_code"], nap["account"]) == ("completed", 137, None)
    assert tally.asides == 0


def line(**more):
    line = next(one for one in REAL.read_text().splitlines() if one[:1] != "#").split(":")
    places = {
        "name": 4,
        "job": 5,
        "start": 9,
        "failed": 11,
        "slots": 34,
        "task": 35,
        "cpu": 36,
        "category": 39,
        "pe_task": 41,
    }
    for name, value in more.items():
        line[places[name]] = value
    return ":".join(line)


def test_tasks_names_with_colons_limits_and_bad_lines(tmp_path):
    rows, tally = scan(
        GridEngineFile(),
        tmp_path / "accounting",
        "\n".join(
            [
                "# Version", line(job="1", name="a:b", category="-l h_rt=1:00:00,h_vmem=2G", slots="2"),
                line(job="2", task="7"), line(job="3", start="0"), line(job="4", failed="37"),
                line(job="5", cpu="10"), line(job="5", cpu="5", pe_task="1.n2"), "not:a:job", line(job="x"),
            ]
        ),
    )  # fmt: skip
    found = {row["job_id"]: row for row in rows}
    assert set(found) == {"1", "2.7", "3", "4", "5"}
    assert (found["1"]["name"], found["1"]["limit_s"], found["1"]["memory_asked_b"]) == ("a:b", 3600, 4 << 30)
    assert (found["3"]["started"], found["4"]["state"], found["5"]["cpu_s"]) == (None, "timeout", 15)
    assert tally.asides == 2


AD = {
    "ClusterId": 12, "ProcId": 3, "Owner": "ana", "QDate": 1795359000, "JobStartDate": 1795359100, "JobStatus": 4,
    "JobCurrentStartDate": 1795359100, "CompletionDate": 1795359200, "RemoteWallClockTime": 100.0, "RequestCpus": 2,
    "RemoteUserCpu": 150.0, "RemoteSysCpu": 1.5, "RequestMemory": 2048, "ResidentSetSize_RAW": 1000, "ExitCode": 0,
    "LastRemoteHost": "slot1_1@n7.farm", "Cmd": "/home/ana/fit.sh", "GlobalJobId": "door1.farm#12.3#1795359000",
    "AcctGroup": "astro", "MemoryUsage": "( ( ResidentSetSize + 1023 ) / 1024 )",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([AD]),
        json.dumps([AD], indent=1),
        "[\n" + json.dumps(AD, indent=1) + "\n]\n",
        json.dumps(AD) + "\n",
        "[\n{\n" + json.dumps(AD, indent=0)[2:] + "\n,\n{\n",
    ],
)
def test_an_ad_in_any_dress(tmp_path, text):
    rows, _ = scan(CondorFile(), tmp_path / "history", text)
    [row] = rows
    assert row | {"submitted": 0, "started": 0} == row | {
        "job_id": "12.3", "user": "ana", "account": "astro", "cores": 2, "elapsed_s": 100, "cpu_s": 151.5, "nodes": ["n7.farm"],
        "memory_asked_b": 2 << 30, "memory_used_b": 1_024_000, "state": "completed", "name": "fit.sh",
        "submitted_from": "door1.farm", "exit_code": 0, "submitted": 0, "started": 0,
    }  # fmt: skip
    assert row["ended"] == datetime.fromtimestamp(1795359200, UTC)


def test_other_ends_of_ads(tmp_path):
    ads = [
        AD | {"ProcId": 0, "JobStatus": 3, "CompletionDate": 0, "EnteredCurrentStatus": 1795359300},
        AD | {"ProcId": 1, "ExitBySignal": True, "ExitSignal": 9},
        AD | {"ProcId": 2, "JobStatus": 2, "CompletionDate": 0, "EnteredCurrentStatus": 1795359100},
        AD | {"ProcId": 3, "NumJobStarts": 3, "RemoteWallClockTime": 5000.0},
        {"MyType": "Machine"},
    ]
    rows, tally = scan(CondorFile(), tmp_path / "history", "\n".join(map(json.dumps, ads)) + "\nrubbish\n")
    assert [row["state"] for row in rows] == ["cancelled", "failed", "running", "completed"]
    assert [row["exit_code"] for row in rows][1] == 137
    assert rows[2]["ended"] is None
    assert rows[3]["elapsed_s"] == 100
    assert tally.asides == 2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.sampled_from([line(), json.dumps(AD), "{", "}", "[", "a,b\n1,2"]).map(str.encode),
        ),
        max_size=8,
    )
)
@pytest.mark.parametrize("reader", [GridEngineFile(), CondorFile(), CsvFile()])
def test_no_file_whatsoever_ends_in_a_traceback(tmp_path_factory, reader, lines):
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_bytes(b"\n".join(lines))
    tally = Tally()
    try:
        table = reader.scan(path, tally)
    except Refusal:
        return
    assert table.select(JOBS.names).schema == JOBS
    assert len(table) == tally.jobs
