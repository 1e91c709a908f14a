"""`vigie jobs import|imports|sources`: numbers, lines kept aside, exit codes."""

import gzip
import json

import pytest
from tests.support import stranger_farm as farm

from vigie.jobs import adapters
from vigie.jobs.models import JobImport
from vigie.jobs.queries import lake
from vigie.jobs.rules import Asked


@pytest.fixture(autouse=True)
def desk(settings, tmp_path, monkeypatch):
    settings.OPTIONS = settings.OPTIONS.moved(tmp_path)
    settings.BATCH = {"farm": Asked("stranger", 300, 60, 120, 100, 1)}
    monkeypatch.setattr(adapters, "installed", lambda _group: farm.entry_points())


def test_a_gzip_file_that_breaks_off_is_said_of_the_file(cast, vigie, tmp_path, monkeypatch):
    monkeypatch.undo()  # the installed formats
    rows = "".join(f"{n},ana,{n * 7919 % 10007}\n" for n in range(5000))
    file = tmp_path / "jobs.csv.gz"
    file.write_bytes(gzip.compress(f"job_id,user,name\n{rows}".encode())[:-2000])
    said = vigie("jobs", "import", "csv", str(file), "--cluster", "farm", "--as", "amina").err
    assert "jobs.csv.gz: the gzip file breaks off" in said
    assert "()" not in said


def test_a_file_is_brought_in_and_once_more_nothing_changes(cast, vigie, tmp_path):
    file = tmp_path / "jobs.txt"
    file.write_text("1\n2\nthree\n4\n")
    first = vigie("jobs", "import", "lines", str(file), "--as", "amina")
    assert first.code == 1  # a line was kept aside
    assert "new 3, changed 0, known 0, not ended 0, kept aside 1" in first.out
    assert "jobs.txt:3: not a number (three)" in first.err
    [told] = json.loads(vigie("jobs", "import", "lines", str(file), "--as", "amina", "--json").out)
    assert (told["new"], told["known"], told["kept_aside"]) == (0, 3, 1)
    with lake().open() as engine:
        assert engine.rows("SELECT count(*) AS n FROM jobs") == [{"n": 3}]
    listed = json.loads(vigie("jobs", "imports", "--json").out)
    assert [one["new"] for one in listed] == [0, 3]
    lines = json.loads(vigie("jobs", "imports", str(listed[0]["number"]), "--json").out)
    assert lines == [{"line": 3, "reason": "not a number", "text": "three"}]


def test_what_is_wrong_is_said(cast, vigie, tmp_path):
    file = tmp_path / "jobs.txt"
    file.write_text("1\n")
    unknown = vigie("jobs", "import", "runes", str(file), "--as", "amina")
    assert unknown.code == 2
    assert "lines" in unknown.err
    assert vigie("jobs", "import", "lines", str(file), "--columns", "user", "--as", "amina").code == 2
    assert vigie("jobs", "import", "lines", str(file), "--columns", "user=owner", "--as", "amina").code == 2
    assert vigie("jobs", "imports", "77").code != 0
    (tmp_path / "lake").write_text("in the way")
    refused = vigie("jobs", "import", "lines", str(file), "--as", "amina")
    assert refused.code == 1, refused.err
    assert "can't be written" in refused.err
    assert "can't be written" in JobImport.objects.latest("pk").problem


def test_sources_are_told_before_they_were_ever_asked(cast, vigie):
    [told] = json.loads(vigie("jobs", "sources", "--json").out)
    assert (told["name"], told["until"], told["away"]) == ("farm", None, False)
    assert "not asked yet" in vigie("jobs", "sources").out
