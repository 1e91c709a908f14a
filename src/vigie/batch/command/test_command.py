"""A system of one's own: a pretend one that is a real program, and what is refused."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support import bqs

from vigie.batch.command import CommandBatch
from vigie.batch.command.settings import filled_for, read
from vigie.contracts.batch import Away, JobKey, Kills, Refusal, Requeues, Tally, Uncertain
from vigie.contracts.channel import BadConfiguration, ChannelConfig
from vigie.contracts.conformance.batch import BatchConformance, faults

BQS = [sys.executable, str(Path(bqs.__file__).resolve())]


def settings(folder, **more):
    return {
        "cluster": "bqs",
        "running": [*BQS, str(folder), "jobs"],
        "finished": [*BQS, str(folder), "ended", "{since}", "{until}"],
        "kill": [*BQS, str(folder), "del", "{job_id}"],
        "columns": {
            "job_id": "id", "user": "owner", "name": "jobname", "queue": "class", "submitted": "sub", "started": "beg",
            "ended": "end", "cpu_s": "cpu_min", "memory_used_b": "mem_mb",
        },
        "states": {"R": "running", "E": "completed"},
        "units": {"cpu_s": "min", "memory_used_b": "MB"},
        "time_format": bqs.TIME,
        "zone": "Europe/Paris",
        "seconds": 10,
    } | more  # fmt: skip


MANUAL = Path(__file__).resolve().parents[4] / "docs" / "manual" / "batch-command.md"


def test_the_example_of_the_manual_works(farm):
    example = MANUAL.read_text().split("```toml\n", 1)[1].split("```", 1)[0]
    told = example.replace('"/opt/bqs/bqs.py"', f'"{sys.executable}", "{BQS[1]}"').replace(
        "/var/bqs", str(farm)
    )
    values = tomllib.loads(told)["batch"]["bqs"]
    assert values.pop("adapter") == "command"
    system = CommandBatch(ChannelConfig(values))
    assert system.info.can == {"live-cpu", "memory", "kill"}
    found, _ = rows(system)
    assert {(row["name"], row["state"], row["cores"]) for row in found} == {("long", "running", 2)}
    now = datetime.now(UTC)
    assert all(0 <= row["elapsed_s"] <= (now - row["started"]).total_seconds() for row in found)
    now = datetime.now(UTC)
    ended = list(system.finished(now - timedelta(hours=1), now, Tally()))
    assert {row["name"] for batch in ended for row in batch.to_pylist()} >= {"one", "two"}


class FarmOfCommands(CommandBatch):
    """One that has all the commands of the tests."""

    info = replace(CommandBatch.info, can=frozenset({"live-cpu", "memory", "kill"}))


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bqs")
    for name in ("one", "two"):
        submit(folder, name, "true")
    time_limit = time.monotonic() + 10
    while bqs.opened(folder).execute("SELECT count(*) FROM job WHERE end IS NULL").fetchone()[0]:
        assert time.monotonic() < time_limit
    table = sqlite3.connect(folder / "bqs.sqlite", isolation_level=None)
    table.execute("UPDATE job SET sub = sub - 100, beg = beg - 90, end = end - 60 - id")
    submit(folder, "long", "sleep", "600")
    yield folder
    for (pid,) in table.execute("SELECT pid FROM job WHERE end IS NULL").fetchall():
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    table.close()


def submit(folder, name, *command):
    words = [*BQS, str(folder), "sub", "ana", name, "long", "--", *command]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.slow  # starts real processes, waits for one that hangs
class TestConformance(BatchConformance):
    batch_class = FarmOfCommands

    @pytest.fixture(autouse=True)
    def _farm(self, farm):
        self.folder = farm

    def config(self):
        return ChannelConfig(settings(self.folder))

    def window(self):
        now = datetime.now(UTC)
        return now - timedelta(hours=1), now

    def unreachable(self):
        return ChannelConfig(settings(self.folder, running=["/no/such/tool"], finished=["/no/such/tool"]))

    def hanging(self):
        return ChannelConfig(
            settings(self.folder, running=["/bin/sleep", "60"], finished=["/bin/sleep", "60"], seconds=1)
        )

    def rubbish(self):
        said = ["/bin/echo", "Welcome to the machine!"]
        return ChannelConfig(settings(self.folder, running=said, finished=said))

    def start_job(self):
        return submit(self.folder, "kill-me", "sleep", "600")


def said(tmp_path, text, **more):
    (tmp_path / "out").write_bytes(text.encode() if isinstance(text, str) else text)
    return CommandBatch(
        ChannelConfig(
            {"cluster": "c", "running": ["/bin/cat", f"{tmp_path}/out"], "finished": ["/bin/cat"]} | more
        )
    )


def rows(system):
    tally = Tally()
    batches = list(system.running(tally))
    assert [fault for batch in batches for fault in faults(batch)] == []
    return [row for batch in batches for row in batch.to_pylist()], tally


@pytest.mark.parametrize(
    "text",
    [
        '[{"job_id": 7, "user": "ana", "nodes": ["n1", "n2"], "cpu_s": 3.5}]',
        '{"jobs": [{"job_id": 7, "user": "ana", "nodes": ["n1", "n2"], "cpu_s": 3.5}], "count": 1}',
        '{"job_id": 7, "user": "ana", "nodes": "n1,n2", "cpu_s": 3.5}\n',
        "job_id,user,nodes,cpu_s\n7,ana,n1 n2,3.5\n",
    ],
)
def test_json_and_csv_say_the_same(tmp_path, text):
    [row], tally = rows(said(tmp_path, text))
    assert (row["job_id"], row["user"], row["nodes"], row["cpu_s"]) == ("7", "ana", ["n1", "n2"], 3.5)
    assert (row["cluster"], row["state"], tally.jobs) == ("c", "running", 1)


def test_bad_lines_go_aside_and_no_jobs_is_an_answer(tmp_path):
    found, tally = rows(said(tmp_path, '{"job_id": 1}\n{"job_id": \n{"job_id": 2}\n'))
    assert [row["job_id"] for row in found] == ["1", "2"]
    assert tally.aside[0].line == 2
    assert rows(said(tmp_path, "[]"))[0] == []
    assert rows(said(tmp_path, "job_id,user\n"))[0] == []


@pytest.mark.parametrize("text", ["", "42", '"x"', "[1, 2]", "user,name\nana,x\n", b"\x00\xff\xfe", "{}"])
def test_what_is_no_list_of_jobs_is_refused(tmp_path, text):
    with pytest.raises(Refusal, match="/bin/cat"):
        rows(said(tmp_path, text))


def test_json_too_deep_to_be_read_goes_aside(tmp_path):
    found, tally = rows(said(tmp_path, "[" * 200_000))
    assert (found, tally.asides) == ([], 1)


def test_a_column_that_is_not_printed_is_said(tmp_path):
    found, tally = rows(said(tmp_path, '[{"job_id": 7}]', columns={"cpu_s": "cpus", "ended": "end"}))
    assert found[0]["cpu_s"] is None
    assert tally.notes == {"no column 'cpus' in what /bin/cat prints: cpu_s is unknown": 1}


def test_exit_codes_say_away_or_no(tmp_path):
    for code, failure in ((75, Away), (3, Refusal)):
        script = tmp_path / f"exit{code}"
        script.write_text(f"#!/bin/sh\necho not me >&2\nexit {code}\n")
        script.chmod(0o755)
        with pytest.raises(failure, match="not me"):
            rows(said(tmp_path, "", running=[str(script)]))


def test_it_can_what_it_has_commands_for(tmp_path):
    bare = said(tmp_path, "[]")
    assert bare.info.can == frozenset()
    assert not isinstance(bare, Kills)
    more = said(tmp_path, "[]", kill=["/bin/kill", "{job_id}"], columns={"cpu_s": "cpu"})
    assert more.info.can == {"kill", "live-cpu"}
    assert isinstance(more, Kills)
    assert not isinstance(more, Requeues)


@pytest.mark.parametrize("job_id", ["-9", "--all", "1 2", "1;reboot", "$(id)", "", "1\n2", "7é"])
def test_what_looks_like_an_option_is_never_handed_on(tmp_path, job_id):
    kill = ("/bin/kill", "{job_id}")
    one = read(ChannelConfig({"cluster": "c", "running": ["/x"], "finished": ["/x"], "kill": list(kill)}))
    with pytest.raises(Refusal, match="odd characters"):
        filled_for(kill, JobKey("c", job_id, None, None), "ana", one)
    with pytest.raises(Refusal, match="odd characters"):
        filled_for(("/bin/kill", "{user}"), JobKey("c", "1", None, None), "-u root", one)


def test_a_kill_whose_answer_is_lost_is_uncertain(tmp_path):
    system = said(tmp_path, '[{"job_id": 7}]', kill=["/bin/sh", "-c", "sleep 60", "{job_id}"], seconds=1)
    with pytest.raises(Uncertain, match="7"):
        system.kill(JobKey("c", "7", None, None))


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"running": "bjobs -a"}, "list of arguments"),
        ({"running": ["bjobs"]}, "absolute path"),
        ({"finished": ["/bin/x", "{from}"]}, "from"),
        ({"kill": ["/bin/x"]}, "job_id"),
        ({"columns": {"speed": "x"}}, "speed"),
        ({"states": {"R": "going"}}, "going"),
        ({"units": {"cpu_s": "weeks"}}, "weeks"),
        ({"zone": "Mars"}, "Mars"),
        ({"away_codes": "75"}, "numbers"),
        ({"cluster": ""}, "cluster"),
        ({"seconds": 0}, "seconds"),
    ],
)
def test_a_configuration_that_can_not_be_used_is_named(wrong, word):
    good = {"cluster": "c", "running": ["/bin/x"], "finished": ["/bin/x", "{since}"]}
    with pytest.raises(BadConfiguration, match=word):
        CommandBatch(ChannelConfig(good | wrong))
