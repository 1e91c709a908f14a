"""The adapter on a real Slurm: jobs of two users that burn, sleep, are requeued, run over, are badly named."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.support.slurm_lab import ADA, BRUNO, BURN, SLEEP, SlurmLab, until

from vigie.batch.slurm import SlurmBatch
from vigie.contracts.batch import UNLIMITED_S, Away, JobKey, QueueLimit, Refusal, Tally
from vigie.contracts.channel import ChannelConfig
from vigie.contracts.conformance.batch import BatchConformance, Window

pytestmark = pytest.mark.lab

BAD_NAME = b"pi|pe\nnew line \xff\x1f\x1e"
TWICE = '#!/bin/sh\ntest -n "$SLURM_RESTART_COUNT" || exec sleep 600\n'
"""Sleeps, and when it is run again has nothing to do."""
STEPS = "#!/bin/sh\nsrun -n1 sh -c 'ulimit -t 1; while :; do :; done'\nexec sleep 600\n"
"""A step that burns a second, however busy the machine, and then the script sleeps."""


@dataclass(frozen=True)
class Farm:
    """Jobs that are there for all tests of this file."""

    lab: SlurmLab
    began: datetime
    burnt: str
    over: str
    requeued: str
    named: str
    array: str
    het: str
    steps: str

    def config(self, **changes: object) -> ChannelConfig:
        return ChannelConfig({"cluster": "valmorin", "conf": str(self.lab.conf), "seconds": 20, **changes})

    def system(self, **changes: object) -> SlurmBatch:
        return SlurmBatch(self.config(**changes))

    def running(self) -> dict[str, dict[str, Any]]:
        batches = self.system().running(Tally())
        return {row["job_id"]: row for batch in batches for row in batch.to_pylist()}

    def finished(self) -> list[dict[str, Any]]:
        batches = self.system().finished(*self.window(), Tally())
        return [row for batch in batches for row in batch.to_pylist()]

    def ended(self, job_id: str) -> dict[str, Any]:
        [row] = [row for row in self.finished() if row["job_id"] == job_id]
        return row

    def window(self) -> Window:
        return self.began - timedelta(seconds=1), datetime.now(UTC) + timedelta(seconds=1)

    def key(self, job_id: str) -> JobKey:
        row = self.running()[job_id]
        return JobKey(row["cluster"], row["job_id"], row["submitted"], row["started"])


@pytest.fixture(scope="module")
def farm(slurm_process: SlurmLab) -> Iterator[Farm]:
    lab = slurm_process
    lab.start()
    began = datetime.now(UTC)
    made = Farm(
        lab,
        began,
        burnt=lab.submit(ADA, BURN, "3", name="burn", options=("-t", "5")),
        over=lab.submit(BRUNO, SLEEP, name="over", options=("-t", "1")),
        requeued=lab.submit(ADA, TWICE, name="again"),
        named=lab.submit(BRUNO, SLEEP, name=BAD_NAME, options=("--mem-per-cpu=150M", "-p", "long")),
        array=lab.submit(ADA, SLEEP, name="array", options=("--array=1-3%2",)),
        het=lab.submit(ADA, SLEEP, name="het", options=("-n1", "-t", "9", ":", "-n1", "-p", "long")),
        steps=lab.submit(BRUNO, STEPS, name="steps", options=("-n2",)),
    )
    lab.wait_for(made.over, "RUNNING")
    lab.overrun(made.over)
    lab.wait_for(made.requeued, "RUNNING")
    lab.run("scontrol", "requeue", made.requeued)
    yield made
    lab.cancel_all()


@pytest.mark.usefixtures("farm")
class TestSlurm(BatchConformance):
    batch_class = SlurmBatch

    @pytest.fixture(autouse=True)
    def _there(self, farm: Farm, tmp_path: Path) -> None:
        self.farm, self.folder = farm, tmp_path
        farm.lab.wait_until_accounted(farm.burnt)
        farm.lab.wait_for(f"{farm.array}_1", "RUNNING")

    def config(self) -> ChannelConfig:
        return self.farm.config()

    def window(self) -> Window:
        # what ended while the tests go on must not come between two questions
        return self.farm.began - timedelta(seconds=1), self.farm.ended(self.farm.burnt)["ended"] + timedelta(
            seconds=1
        )

    def unreachable(self) -> ChannelConfig:
        conf = self.folder / "slurm.conf"
        text = self.farm.lab.conf.read_text("utf-8")
        for port in self.farm.lab.ports:
            text = text.replace(f"={port}\n", "=1\n")  # nobody listens on port 1
        conf.write_text(f"{text}MessageTimeout=2\n", "utf-8")
        return self.farm.config(conf=str(conf), seconds=8)

    def hanging(self) -> ChannelConfig:
        return self._instead("exec sleep 60")

    def rubbish(self) -> ChannelConfig:
        return self._instead("echo 'Welcome to login-1. Disk quota exceeded.'")

    def _instead(self, does: str) -> ChannelConfig:
        folder = self.folder / f"{len(does)}"
        folder.mkdir(exist_ok=True)
        for name in ("squeue", "sacct", "sstat", "scancel", "scontrol"):
            (folder / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
            (folder / name).chmod(0o755)
        return self.farm.config(commands=str(folder), seconds=1)

    def start_job(self) -> str:
        lab = self.farm.lab
        return lab.wait_for(lab.submit(ADA, SLEEP, name="to kill"), "RUNNING")


def test_running_jobs_of_two_users(farm: Farm) -> None:
    lab = farm.lab
    for job_id in (farm.named, f"{farm.array}_1", f"{farm.array}_2", farm.steps):
        lab.wait_for(job_id, "RUNNING")
    jobs = farm.running()
    named = jobs[farm.named]
    assert named["name"] == BAD_NAME.decode("utf-8", "replace")
    assert (named["user"], named["account"], named["queue"], named["qos"]) == (
        BRUNO,
        "kronos",
        "long",
        "normal",
    )
    assert (named["cores"], named["memory_asked_b"]) == (1, 150 << 20)
    assert named["limit_s"] == UNLIMITED_S
    assert named["submitted_from"]
    assert abs(named["started"] - farm.began) < timedelta(minutes=1)
    assert {f"{farm.array}_{n}" for n in (1, 2, 3)} <= jobs.keys()
    waiting = jobs[f"{farm.array}_3"]
    assert (waiting["state"], waiting["started"], waiting["nodes"], waiting["cores"]) == (
        "waiting",
        None,
        None,
        1,
    )


def test_live_cpu_time_counts_steps_that_are_over(farm: Farm) -> None:
    farm.lab.wait_for(farm.steps, "RUNNING")
    until(
        lambda: (farm.running()[farm.steps]["cpu_s"] or 0) > 0.5, 20, lambda: str(farm.running()[farm.steps])
    )
    sleeping = farm.running()[farm.named]
    assert sleeping["cpu_s"] < 0.5
    assert sleeping["memory_used_b"] > 0


def test_finished_jobs_with_what_they_used(farm: Farm) -> None:
    farm.lab.wait_until_accounted(farm.burnt)
    burnt = farm.ended(farm.burnt)
    assert (burnt["state"], burnt["exit_code"], burnt["limit_s"], burnt["nodes"]) == (
        "failed",
        124,
        300,
        ["n1"],
    )
    assert 0.3 < burnt["cpu_s"] <= burnt["elapsed_s"] + 1
    assert burnt["ended"] - burnt["started"] == timedelta(seconds=burnt["elapsed_s"])


def test_a_requeued_job_is_two_attempts(farm: Farm) -> None:
    farm.lab.wait_until_accounted(farm.requeued, seconds=40)
    until(
        lambda: len([r for r in farm.finished() if r["job_id"] == farm.requeued]) == 2,
        40,
        lambda: "one attempt",
    )
    first, second = sorted(
        (r for r in farm.finished() if r["job_id"] == farm.requeued), key=lambda r: r["started"]
    )
    assert (first["state"], second["state"]) == ("requeued", "completed")
    assert first["submitted"] < second["submitted"]


def test_an_over_limit_job_says_so(farm: Farm) -> None:
    until(
        lambda: any(r["job_id"] == farm.over for r in farm.finished()), 60, lambda: farm.lab.state(farm.over)
    )
    assert farm.ended(farm.over)["state"] == "timeout"
    assert farm.ended(farm.over)["limit_s"] == 60


def test_one_array_element_is_killed_and_no_other(farm: Farm) -> None:
    one, two, three = (f"{farm.array}_{n}" for n in (1, 2, 3))
    farm.lab.wait_for(one, "RUNNING")
    assert "Terminating job" in farm.system().kill(farm.key(one))
    farm.lab.wait_for(three, "RUNNING")
    assert farm.lab.state(two) == "RUNNING"
    assert "Terminating job" in farm.system().kill(farm.key(three)), "Slurm's own number of it is the array's"
    farm.lab.wait_for(three, "CANCELLED")
    assert farm.lab.state(two) == "RUNNING"
    with pytest.raises(Refusal, match="has ended, or never was"):
        farm.system().kill(JobKey("valmorin", farm.array, None, None))


def test_one_component_is_killed_and_not_those_beside_it(farm: Farm) -> None:
    first, second = f"{farm.het}+0", f"{farm.het}+1"
    farm.lab.wait_for(second, "RUNNING")
    with pytest.raises(Refusal, match="would act on"):
        farm.system().kill(farm.key(first))
    farm.system().kill(farm.key(second))
    farm.lab.wait_for(second, "CANCELLED")
    assert farm.lab.state(first) == "RUNNING"
    farm.system().kill(farm.key(first))
    until(lambda: first not in farm.running(), 20, lambda: str(farm.running()[first]))


def test_a_job_that_was_requeued_meanwhile_is_not_killed(farm: Farm) -> None:
    lab = farm.lab
    job_id = lab.wait_for(lab.submit(ADA, SLEEP), "RUNNING")
    meant = farm.key(job_id)
    # Slurm's times are whole seconds: an attempt that is requeued within one looks like the next
    until(
        lambda: datetime.now(UTC) - meant.submitted > timedelta(seconds=1.1), 5, lambda: "time stands still"
    )
    assert "requeued" in farm.system().requeue(meant)
    with pytest.raises(Refusal, match=r"another attempt by now|is ending already"):
        farm.system().kill(meant)
    lab.wait_for(job_id, "PENDING", "RUNNING")


def test_a_waiting_job_is_held_and_then_killed(farm: Farm) -> None:
    job_id = farm.lab.submit(BRUNO, SLEEP, options=("--begin=now+1hour",))
    farm.system().hold(farm.key(job_id))
    assert farm.running()[job_id]["state"] == "held"
    farm.system().kill(farm.key(job_id))
    assert job_id not in farm.running()
    with pytest.raises(Refusal, match="runs already"):
        farm.system().hold(farm.key(farm.named))


def test_limits_of_the_queues(farm: Farm) -> None:
    assert farm.system().limits() == [QueueLimit("batch", 3600, 600), QueueLimit("long", None, None)]


def test_a_reservation_is_made_and_moved(farm: Farm) -> None:
    start = datetime(2031, 5, 1, 6, 0, tzinfo=UTC)
    farm.system().reserve("stop", ["n2"], start, timedelta(hours=2))
    farm.system().reserve("stop", [], start + timedelta(days=1), timedelta(hours=3))
    shown = farm.lab.run("scontrol", "-o", "show", "reservation", "stop")
    assert "StartTime=2031-05-02T06:00:00" in shown
    assert "Duration=03:00:00 Nodes=n[1-2]" in shown
    assert "MAINT" in shown
    farm.lab.run("scontrol", "delete", "ReservationName=stop")
    with pytest.raises(Refusal, match="node"):
        farm.system().reserve("stop", ["nowhere"], start, timedelta(hours=2))


def test_the_accounting_is_asked_in_short_windows(farm: Farm, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "sacct").write_text(
        f'#!/bin/sh\necho "$@" >>{asked}\nexec {shutil.which("sacct")} "$@"\n', "utf-8"
    )
    (tmp_path / "sacct").chmod(0o755)
    system = farm.system(commands=str(tmp_path), sacct_minutes=10)
    end = datetime.now(UTC)
    list(system.finished(end - timedelta(hours=1), end, Tally()))
    assert len(asked.read_text("utf-8").split("--allusers")) == 1 + 6


def test_an_accounting_that_is_away_and_comes_back(farm: Farm) -> None:
    farm.lab.wait_until_accounted(farm.burnt)
    farm.lab.stop("slurmdbd")
    with pytest.raises(Away, match="sacct"):
        farm.finished()
    live = farm.running()[farm.named]
    assert live["state"] == "running", "what slurmctld knows is still told"
    farm.lab.start()
    until(lambda: _answers(farm), 20, lambda: "still away")
    assert farm.ended(farm.burnt)


def test_slurmrestd_tells_the_same(farm: Farm) -> None:
    lab = farm.lab
    lab.wait_until_accounted(farm.burnt, farm.over, seconds=60)
    rest = farm.system(rest_url=lab.rest_url, rest_user="root", rest_token_file=str(lab.token_file))
    window = farm.window()
    told, here = (_attempts(system.finished(*window, Tally())) for system in (rest, farm.system()))
    here = {attempt: row for attempt, row in here.items() if row["started"]}  # see the manual
    assert here.keys() <= told.keys()
    for attempt, row in here.items():
        assert told[attempt].pop("cpu_s") == (row["cpu_s"] and pytest.approx(row["cpu_s"], abs=0.01))
        unknown = {"limit_s"} if row["queue"] == "long" else set()
        unknown |= {"exit_code"} if row["state"] == "failed" else set()
        assert {name for name, value in told[attempt].items() if row[name] != value} <= unknown, attempt
    now = {row["job_id"]: row for batch in rest.running(Tally()) for row in batch.to_pylist()}
    there = farm.running()
    assert now.keys() == there.keys()
    lacks = {"limit_s", "submitted_from", "cpu_s", "memory_used_b", "elapsed_s"}
    for job_id, row in there.items():
        assert {name for name in row if row[name] != now[job_id][name]} <= lacks, job_id
        assert now[job_id]["elapsed_s"] == pytest.approx(row["elapsed_s"], abs=3)


def test_slurmrestd_that_refuses_or_is_away(farm: Farm, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("not-a-token", "ascii")
    for changes in (
        {"rest_url": farm.lab.rest_url, "rest_user": "root", "rest_token_file": str(tmp_path / "token")},
        {"rest_url": "http://127.0.0.1:1"},
    ):
        with pytest.raises(Away, match="slurmrestd http"):
            list(farm.system(**changes).running(Tally()))
    with pytest.raises(Refusal, match="token can't be read"):
        list(farm.system(rest_url=farm.lab.rest_url, rest_token_file="/nowhere/token").running(Tally()))
    with pytest.raises(Away, match="No such file"):
        list(farm.system(rest_url="unix:/nowhere/sock").running(Tally()))


def _attempts(batches: Iterable[pa.RecordBatch]) -> dict[tuple[object, ...], dict[str, Any]]:
    rows = [row for batch in batches for row in batch.to_pylist()]
    return {(row["job_id"], row["submitted"], row["started"]): row for row in rows}


def _answers(farm: Farm) -> bool:
    try:
        farm.finished()
    except Away:
        return False
    return True
