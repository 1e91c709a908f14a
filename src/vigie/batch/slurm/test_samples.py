"""What Slurm printed, and what is read from it: recorded from a real 22.05.8, made by hand after later ones' manuals."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.processes import ROOT

from vigie.batch.slurm import accounting, live, queue, rest_json
from vigie.batch.slurm.rows import Attempt, batches
from vigie.batch.slurm.text import records
from vigie.contracts.batch import UNLIMITED_S, Refusal, Tally
from vigie.contracts.conformance.batch import faults

SAMPLES = ROOT / "tests" / "samples" / "slurm"
MARK = "\x1fsample\x1e"
NAME = "pi|pe\nnew line "


def raw(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def ended(out: bytes, tally: Tally | None = None) -> list[Attempt]:
    tally = tally or Tally()
    return list(accounting.attempts(records(out, MARK, accounting.FIELDS, tally, "sacct"), "lab", tally))


def one(attempts: list[Attempt], job_id: str, state: str = "") -> Attempt:
    [found] = [one for one in attempts if one.job_id == job_id and state in ("", one.state)]
    return found


def test_attempts_that_ended() -> None:
    tally = Tally()
    found = ended(raw("sacct-22.05.8.txt"), tally)
    assert [fault for batch in batches(found, tally) for fault in faults(batch)] == []
    assert (tally.asides, tally.notes, tally.jobs) == (0, {}, 11)
    burnt = one(found, "36")
    assert (burnt.cpu_s, burnt.elapsed_s, burnt.exit_code, burnt.nodes) == (0.8, 4, 124, ("n1",))
    assert one(found, "39").name == f"{NAME}?"
    assert one(found, "39").limit_s == UNLIMITED_S
    assert one(found, "37").state == "timeout"
    assert one(found, "43").cpu_s == pytest.approx(0.957), "its two steps"
    assert one(found, "38", "requeued").submitted < one(found, "38", "completed").submitted
    assert one(found, "44").started is None
    assert {"40_1", "40_[2-4%1]", "41+0", "41+1"} <= {one.job_id for one in found}
    assert one(found, "41+1").cpu_s is None, "a component without steps: unknown"


def test_where_total_cpu_is_zero_as_in_25_05() -> None:
    fields = [
        dict(record) for record in records(raw("sacct-22.05.8.txt"), MARK, accounting.FIELDS, Tally(), "")
    ]
    for record in fields:
        record["TotalCPU"] = "00:00:00"
        record["TRESUsageInTot"] = record["TRESUsageInTot"].replace("cpu=00:00:00", "cpu=1-00:00:05")
    tally = Tally()
    found = list(accounting.attempts(fields, "lab", tally))
    assert one(found, "36").cpu_s == 86405
    assert one(found, "38", "requeued").cpu_s is None, "its step has neither: unknown, not zero"
    assert tally.notes == {"a step without CPU time": 1}


def test_an_answer_that_breaks_off_keeps_what_is_whole() -> None:
    whole = raw("sacct-22.05.8.txt")
    for cut in range(0, len(whole), 97):
        tally = Tally()
        found = ended(whole[:cut], tally) if MARK.encode() in whole[:cut] else []
        assert len(found) <= 11
        assert not any(one.ended is None for one in found)
        assert tally.asides <= 1


def test_rubbish_is_refused_and_a_bad_value_put_aside() -> None:
    with pytest.raises(Refusal, match="something else than was asked"):
        ended(b"Disk quota exceeded.\n")
    tally = Tally()
    found = ended(raw("sacct-22.05.8.txt").replace(b"2026-11-22T23:16:50", b"half past one", 1), tally)
    assert len(found) == 10
    assert tally.aside[0].reason == "not a time: 'half past one'"


def test_jobs_that_are_there() -> None:
    tally = Tally()
    out = raw("squeue-22.05.8.txt")
    found = dict(queue.attempts(records(out, MARK, queue.FIELDS, tally, "squeue"), "lab", tally))
    assert [fault for batch in batches(found.values(), tally) for fault in faults(batch)] == []
    assert found["39"].name == f"{NAME}\ufffd"
    assert found["44"].state == "held"
    assert found["44"].started is None, "when it may start is a guess"
    assert (found["45"].job_id, found["45"].elapsed_s, found["45"].submitted_from) == ("40_1", 9, "localhost")
    assert {one.job_id for one in found.values() if one.state == "waiting"} == {"40_4"}


def test_usage_of_running_jobs() -> None:
    lines = raw("sstat-22.05.8.txt").decode().splitlines()
    found = live.running_steps(lines, {"43", "45", "41"}, Tally())
    assert found.keys() == {"43", "45", "41"}, "only of those asked for"
    assert found["43"].memory_b == 10911744, "the peak, not what it has now"
    over = {"JobIDRaw": "43.0", "State": "CANCELLED", "ElapsedRaw": "4", "TotalCPU": "00:00.945"}
    runs = {"JobIDRaw": "43.batch", "State": "RUNNING", "ElapsedRaw": "9", "TotalCPU": "00:09.000"}
    unused = {"TRESUsageInTot": "", "MaxRSS": ""}
    live.add_ended_steps([over | unused, runs | unused, over | unused | {"JobIDRaw": "99.0"}], found)
    assert found["43"].cpu_s == pytest.approx(0.945)


def test_every_job_has_its_turn() -> None:
    jobs = [str(number) for number in range(7)]
    for turn in (0, 3, 20):
        chunks = list(live.in_turn(jobs, turn, 3))
        assert sorted(job for chunk in chunks for job in chunk) == jobs
        assert chunks[0][0] == jobs[turn % 7]
    assert list(live.in_turn([], 5, 3)) == []


def document(name: str) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = json.loads(raw(name))["jobs"]
    return jobs


def test_slurmrestd_of_24_05_on_jobs_that_are_there() -> None:
    tally = Tally()
    now = datetime.fromtimestamp(1795388520, UTC)
    found = {job.job_id: job for _, job in rest_json.queued(document("jobs-24.05.json"), "lab", now, tally)}
    assert [fault for batch in batches(found.values(), tally) for fault in faults(batch)] == []
    assert found.keys() == {"812", "900_4", "900_5", "900_6", "900_9", "901"}
    reco = found["812"]
    assert (reco.nodes, reco.cores, reco.limit_s, reco.elapsed_s) == (("n1", "n2"), 64, UNLIMITED_S, 60)
    assert (reco.memory_asked_b, reco.submitted_from) == (128 << 30, "login1")
    assert (found["900_9"].state, found["900_9"].started, found["900_9"].limit_s) == ("held", None, 3600)
    assert (found["901"].state, found["901"].limit_s) == ("ending", UNLIMITED_S)
    assert tally.asides == 1


def test_slurmrestd_of_24_05_on_attempts_that_ended() -> None:
    tally = Tally()
    found = list(rest_json.ended(document("slurmdb-24.05.json"), "lab", tally))
    assert [fault for batch in batches(found, tally) for fault in faults(batch)] == []
    late = one(found, "698_3")
    assert (late.state, late.exit_code, late.limit_s, late.nodes) == ("timeout", 143, 3600, ("n07", "n08"))
    assert (late.cpu_s, late.memory_used_b, late.memory_asked_b) == (7200.501, 4 << 30, 16 << 30)
    lost = one(found, "701+0")
    assert (lost.state, lost.cpu_s, lost.limit_s) == ("node-failed", None, UNLIMITED_S)
    assert tally.notes == {"a step without CPU time": 1}
