"""`vigie jobs explain FILE`: findings from files good and bad, without a database and without Django."""

import csv
import gzip
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

HOUR = 3600
KEYS = {"jobs", "flagged", "lost_core_hours", "findings", "unexplained_core_hours"}
OF_A_FINDING = {"where", "jobs", "flagged", "lost_core_hours", "risk_ratio", "interval", "sentence"}


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def farm(path: Path, count: int = 1500) -> Path:
    """Jobs of ten users on six nodes; on node n3 those of the storage “old” crawl."""
    dice = random.Random(7)  # noqa: S311 # made data
    rows = []
    for number in range(count):
        node, storage = f"n{dice.randrange(6)}", dice.choice(["old", "new", "tape"])
        crawls = node == "n3" and storage == "old" and dice.random() < 0.9
        rows.append(
            {
                "job_id": number,
                "cluster": "farm",
                "user": f"u{dice.randrange(10)}",
                "account": "atlas",
                "queue": dice.choice(["long", "short"]),
                "nodes": node,
                "storage": storage,
                "cores": 4,
                "elapsed_s": 5 * HOUR,
                "cpu_s": 4 * 5 * HOUR * (0.03 if crawls else dice.uniform(0.85, 0.99)),
                "started": f"2026-11-{1 + number % 20:02}T{number % 24:02}:00:00Z",
                "state": "completed",
                "name": f"reco_{number}",
            }
        )
    return table(path, rows)


def test_the_json_is_what_programs_expect(vigie, tmp_path):
    ran = vigie("jobs", "explain", str(farm(tmp_path / "farm.csv")), "--format", "csv", "--json")
    said = json.loads(ran.out)
    assert ran.code == 0
    assert set(said) == KEYS
    assert said["jobs"] == 1500
    [finding] = said["findings"]
    assert set(finding) == OF_A_FINDING
    assert finding["where"] == {"node": "n3", "storage": "old"}
    assert finding["flagged"] == said["flagged"]
    assert finding["lost_core_hours"] == pytest.approx(said["lost_core_hours"])
    assert finding["interval"][0] <= finding["risk_ratio"] <= finding["interval"][1]
    assert set(finding["sentence"]) == {"fr", "en"}
    assert said["unexplained_core_hours"] == pytest.approx(0, abs=0.01)


def test_people_get_sentences_first_in_their_language(vigie, tmp_path):
    file = str(farm(tmp_path / "farm.csv"))
    english, french = vigie("jobs", "explain", file).out, vigie("jobs", "explain", file, "--lang", "fr").out
    assert "1. Jobs " in english
    assert "n3" in english.split("1. ")[1].splitlines()[0]
    assert "Low CPU efficiency" in english
    assert "1. Les jobs " in french
    assert "Efficacité CPU faible" in french


def test_a_file_that_tells_no_lengths_is_not_called_good(vigie, tmp_path):
    file = table(tmp_path / "mine.csv", [{"owner": "ana", "site": "lyon"}, {"owner": "bob", "site": "ral"}])
    assert "None of them could be judged" in vigie("jobs", "explain", str(file)).out
    assert "None of them could" not in vigie("jobs", "explain", str(farm(tmp_path / "farm.csv"))).out


def test_a_psv_is_taken_for_a_dump_of_sacct(vigie, tmp_path):
    file = tmp_path / "jobs.psv"
    file.write_text("JobID|User|NCPUS|Elapsed|State\n1|ana|4|01:00:00|COMPLETED\n")
    ran = vigie("jobs", "explain", str(file), "--json")
    assert "--format" not in ran.err
    assert json.loads(ran.out)["jobs"] == 1


def test_attributes_can_be_chosen(vigie, tmp_path):
    ran = vigie("jobs", "explain", str(farm(tmp_path / "f.csv")), "--attributes", "node,user", "--json")
    assert [one["where"] for one in json.loads(ran.out)["findings"]] == [{"node": "n3"}]


def test_a_flag_and_a_weight_of_the_file_take_the_place_of_the_detectors(vigie, tmp_path):
    dice = random.Random(3)  # noqa: S311 # made data
    rows = []
    for _number in range(2000):
        site, kind = dice.choice("abcde"), dice.choice(["mc", "data"])
        bad = dice.random() < (0.7 if site == "b" and kind == "mc" else 0.02)
        rows.append(
            {"site": site, "kind": kind, "efficiency": "low", "bad": int(bad), "cost": 2.5 if bad else ""}
        )
    file = str(table(tmp_path / "own.csv", rows))
    said = json.loads(vigie("jobs", "explain", file, "--flag", "bad", "--weight", "cost", "--json").out)
    assert said["flagged"] == sum(row["bad"] for row in rows)
    assert said["lost_core_hours"] == pytest.approx(2.5 * said["flagged"])
    assert [one["where"] for one in said["findings"]] == [{"site": "b", "kind": "mc"}]
    spoken = vigie("jobs", "explain", file, "--flag", "bad", "--weight", "cost").out
    assert "cost lost" in spoken
    assert "core-hour" not in spoken + json.dumps(said["findings"])
    alone = json.loads(vigie("jobs", "explain", file, "--flag", "bad", "--attributes", "site", "--json").out)
    assert [one["where"] for one in alone["findings"]] == [{"site": "b"}]


def test_plain_and_gzip_are_the_same(vigie, tmp_path):
    plain = farm(tmp_path / "farm.csv")
    packed = tmp_path / "farm.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert (
        vigie("jobs", "explain", str(plain), "--json").out
        == vigie("jobs", "explain", str(packed), "--json").out
    )


def test_bad_lines_are_counted_and_shown_and_good_ones_kept(vigie, tmp_path):
    file = farm(tmp_path / "farm.csv")
    with file.open("a", encoding="utf-8") as out:
        out.write("a,line,of,another,program\n")
    ran = vigie("jobs", "explain", str(file), "--json")
    assert json.loads(ran.out)["jobs"] == 1500
    assert "1 lines could not be read" in ran.err
    assert "a,line,of,another,program" in ran.err


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (None, (), "there is no such file"),
        ("", (), "is empty"),
        ("a,b\n1,2\n", ("--flag", "c"), "has no column “c”"),
        ("a,b\n1,2\n", ("--flag", "b"), "must be 0 or 1"),
        ("a,b,c\n1,1,x\n", ("--flag", "b", "--weight", "c"), "must be numbers"),
        ("a,b,c\nx,1,-4\ny,0,1\n", ("--flag", "b", "--weight", "c"), "not negative"),
        ("a,b\n1,2\n", ("--attributes", "z"), "has no column “z”"),
        ("a,b\n1,2\n", ("--format", "sge"), "Known formats"),
        ("a,b\n1,2\n", ("--lang", "de"), "--lang"),
        ("a,b\n1,2\n", ("--columns", "cores"), "OURS=ITS"),
        ("a,b\n1,2\n", ("--format", "parquet"), "not a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_said_and_ends_with_2(vigie, tmp_path, content, options, words):
    file = tmp_path / "jobs.csv"
    if content is not None:
        file.write_text(content, "utf-8")
    ran = vigie("jobs", "explain", str(file), *options)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_ugly_values_are_unknown_and_never_slow(vigie, tmp_path):
    ugly = [
        {"cpu_s": "-5"},
        {"elapsed_s": "-5"},
        {"cores": "0"},
        {"cpu_s": ""},
        {"cpu_s": "9e9"},
        {"name": "x" * 100_000},
        {"started": "2126-01-01T00:00:00Z"},
        {"user": "' OR 1=1 --"},
        {"user": "\u202e\x1b[31m"},
    ]
    row = {"job_id": "1", "user": "anna", "cores": "4", "elapsed_s": "36000", "cpu_s": "140000", "name": "a"}
    row |= {"started": "2026-11-01T00:00:00Z", "state": "completed"}
    rows = [{**row, "job_id": str(number), **changes} for number, changes in enumerate(ugly)]
    ran = vigie(
        "jobs", "explain", str(table(tmp_path / "ugly.csv", [*rows, {**row, "job_id": "99"}])), "--json"
    )
    said = json.loads(ran.out)
    assert ran.code == 0
    assert (said["jobs"], said["flagged"]) == (10, 0)


def test_thresholds_of_the_configuration_count(vigie, stays, tmp_path, monkeypatch):
    file = str(farm(tmp_path / "farm.csv"))
    strict = {"low-efficiency": {"efficiency": 0.0}, "below-peers": {"enabled": False}}
    usual = stays.house()
    known = replace(usual.essentials(), detect=strict)
    monkeypatch.setattr(stays, "house", lambda: replace(usual, essentials=lambda: known))
    assert json.loads(vigie("jobs", "explain", file, "--json").out)["flagged"] == 0


def test_it_starts_without_django(tmp_path):
    file = farm(tmp_path / "farm.csv", 50)
    code = (
        "import sys; from vigie.config.entry import house; from vigie.cli.main import run\n"
        f"code = run(house(), ['jobs', 'explain', {str(file)!r}, '--json'])\n"
        "sys.exit(code or any(name == 'django' or name.startswith('django.') for name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True, env={"VIGIE_CONFIG": ""}
    )
    assert ran.returncode == 0, ran.stderr
    assert set(json.loads(ran.stdout)) == KEYS
