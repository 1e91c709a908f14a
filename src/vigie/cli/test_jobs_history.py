"""`vigie jobs` on the desk's own history."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.support.cast import SUNDAY, Cast
from tests.support.farm import HOSTILE, farm_of_users, lake_in, sample

from vigie.jobs.findings import synthesis
from vigie.jobs.findings.models import Finding
from vigie.kernel.clock import Clock


@pytest.fixture(autouse=True)
def _farm(tmp_path: Path, cast: Cast, clock: Clock) -> Iterator[None]:
    """A look at a farm of which rack r2 is bad."""
    with lake_in(tmp_path):
        farm_of_users()
        sample({2})
        synthesis.look_at_running()
        yield


def test_slow_jobs_are_listed_with_their_reason(vigie):
    ran = vigie("jobs", "slow", "--limit", "3")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 4
    assert "3 of 200 shown" in ran.err
    told = json.loads(vigie("jobs", "slow", "--user", "anna", "--json").out)
    assert told["count"] == len([n for n in range(600) if n % 12 // 4 == 2 and n % 3 == 0])
    assert all(row["user"] == "anna" and row["detectors"] for row in told["jobs"])
    assert vigie("jobs", "slow", "--order", "name; DROP").code == 2
    assert vigie("jobs", "slow", "--detector", "slowness").code == 2


def test_one_job_is_shown_and_a_missing_one_is_said(vigie):
    ran = vigie("jobs", "show", "8")
    assert ran.code == 0
    assert "reco_8" in ran.out
    [attempt] = json.loads(vigie("jobs", "show", "8", "--cluster", "farm", "--json").out)
    assert attempt["job_id"] == "8"
    assert len(attempt["curve"]["points"]) == 1
    missing = vigie("jobs", "show", "99999")
    assert missing.code != 0
    assert "99999" in missing.err


def test_an_export_is_no_formula_and_commands_no_terminal(vigie, tmp_path):
    ran = vigie("jobs", "export", "--all", "--words", "calc")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert len(rows) == 12
    assert {row["name"][0] for row in rows} == {"'"}
    shown = vigie("jobs", "show", rows[0]["job_id"])
    assert "\x1b" not in shown.out
    file = tmp_path / "bad.parquet"
    assert vigie("jobs", "export", "--format", "parquet", "--output", str(file)).code == 0
    table = pq.read_table(file)
    assert table.num_rows == 200
    whole = tmp_path / "all.parquet"
    assert vigie("jobs", "export", "--all", "--format", "parquet", "--output", str(whole)).code == 0
    assert HOSTILE in pq.read_table(whole).column("name").to_pylist()
    assert vigie("jobs", "export", "--format", "xml").code == 2
    of = vigie("jobs", "export", "--finding", str(Finding.objects.get().pk))
    assert len(list(csv.DictReader(io.StringIO(of.out)))) == 200


def test_exemptions_by_command_are_supports(vigie, clock):
    words = ("jobs", "exempt", "user", "anna", "--until", "+48h", "--why", "A test.")
    assert vigie(*words, user="amina").code == 1
    made = json.loads(vigie(*words, "--json", user="lucie").out)
    assert made["made_by"] == "Lucie Petit"
    assert "anna" in vigie("jobs", "exemptions").out
    clock.tick(minutes=20)
    sample({2})
    synthesis.look_at_running()
    assert json.loads(vigie("jobs", "slow", "--user", "anna", "--json").out)["count"] == 0
    assert vigie("jobs", "unexempt", str(made["id"]), user="lucie").code == 0
    assert vigie("jobs", "unexempt", str(made["id"]), user="lucie").code == 1
    assert json.loads(vigie("jobs", "exemptions", "--json").out) == []


def test_an_exemption_of_somebody_unknown_is_kept_with_a_warning(vigie):
    words = ("jobs", "exempt", "user", "--until", "+48h", "--why", "A test.")
    known = vigie(*words, "anna", user="lucie")
    assert "No job of" not in known.err
    unknown = vigie(*words, "ana", user="lucie")
    assert unknown.code == 0
    assert "No job of “ana” is known" in unknown.err
    assert "ana" in vigie("jobs", "exemptions").out


def test_a_date_alone_is_a_day_of_the_centre(vigie):
    words = ("jobs", "exempt", "user", "anna", "--why", "A test.", "--json", "--until")
    made = json.loads(vigie(*words, "2026-12-24", user="lucie").out)
    assert made["until"].startswith("2026-12-24T23:00")  # midnight in Paris
    assert vigie("jobs", "slow", "--from", "2026-11-20", "--to", "2026-11-22").code == 0
    wrong = vigie("jobs", "slow", "--from", "soon")
    assert wrong.code == 2
    assert wrong.err.count("is not a time") == 1


def test_explain_without_a_file_says_the_findings_of_the_desk(vigie):
    ran = vigie("jobs", "explain")
    assert ran.code == 0
    assert "Of 600 running jobs 200 waste" in ran.out
    assert "in rack r2" in ran.out
    Finding.objects.create(
        cluster="farm",
        where={"user": "anna"},
        key="anna",
        basis="finished",
        first_seen=SUNDAY,
        flagged=9,
        sentence_en="Jobs of user anna were bad.",
    )
    lines = vigie("jobs", "explain").out.split("\n")
    running, ended = (lines.index(one) for one in lines if one.startswith("Among the jobs"))
    assert lines[running + 2].startswith("1. [new, --finding ")
    assert lines[ended + 2].startswith("1. [new, --finding ")
    assert lines[ended + 2].endswith("Jobs of user anna were bad.")
    told = json.loads(vigie("jobs", "explain", "--json").out)
    assert {"jobs", "flagged", "lost_core_hours", "findings", "unexplained_core_hours"} == set(told)
    assert told["findings"][0]["where"] == {"rack": "r2"}
    assert vigie("jobs", "explain", "--flag", "bad").code == 2


def test_a_full_disk_is_said_with_the_name_of_what_is_full(vigie, monkeypatch):
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr("vigie.cli.commands.jobs.desk.sys.stdout", Unbuffered(full))
        ran = vigie("jobs", "export")
    assert ran.code == 2
    assert "standard output: No space left on device" in ran.err


class Unbuffered:
    """A stream whose every write reaches the device."""

    def __init__(self, device: io.RawIOBase) -> None:
        self.device = device

    def write(self, text: str) -> None:
        self.device.write(text.encode())

    def flush(self) -> None:
        pass
