"""The notice published by hand: on another host, from one file, escaped, checked, taken away by the next build."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import pytest
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.public import actions, emergency
from vigie.public.test_build import contents
from vigie.public.test_pages import declared

PROGRAM = Path(emergency.__file__)
NOW = datetime(2026, 11, 22, 14, 26, tzinfo=ZoneInfo("Europe/Paris"))
WORDS = ["--service", "Tous les services", "--what-fr", "Panne électrique.", "--what-en", "Power cut."]
TIMES = ["--since", "-20min", "--next-update", "+45min"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As on the other host: a Python without our packages, only the copied file."""
    copied = folder.parent / "emergency.py"
    copied.write_text(PROGRAM.read_text("utf-8"), "utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", str(copied), str(folder), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def site(cast: Cast, clock: Clock, tmp_path: Path) -> Path:
    declared(cast, "site", "degraded")
    actions.build(tmp_path / "site")
    return tmp_path / "site"


def test_it_stands_on_top_of_the_first_pages_and_in_all_the_rest(site: Path):
    before = contents(site)
    done = run(site, *WORDS, *TIMES)
    assert done.returncode == 0, done.stderr
    after = contents(site)
    touched = {path for path in after if after[path] != before.get(path)}
    assert touched == {
        *(f"{language}/index.html" for language in ("fr", "en")),
        *(f"feeds/news.{language}.{kind}" for language in ("fr", "en") for kind in ("atom", "rss")),
        *(f"api/v2/{name}.json" for name in ("summary", "status", "incidents", "incidents/unresolved")),
        *(f"{kind}.{language}.txt" for kind in ("flash", "motd") for language in ("fr", "en")),
        *("index.html", "flash.json", "status.json"),
    }
    french, english = after["fr/index.html"].decode(), after["en/index.html"].decode()
    assert "Panne électrique." in french
    assert "Publié à la main" in french
    assert "Power cut." in english
    assert "Published by hand" in english
    assert english.index("Power cut.") < english.index("<main")
    status = json.loads(after["status.json"])
    assert (status["state"], status["by_hand"]["state_before"]) == ("down", "degraded")
    assert json.loads(after["flash.json"])["flashes"][0]["by_hand"] is True
    first = after["motd.fr.txt"].decode().splitlines()[0]
    assert first.isascii()
    assert len(first) <= 200
    assert first.endswith("[publie a la main]")
    for kind in ("atom", "rss"):
        parsed = feedparser.parse(after[f"feeds/news.en.{kind}"])
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert "[published by hand]" in parsed.entries[0].title
        assert "Power cut." in str(parsed.entries[0])
        assert len(parsed.entries) == 2


def test_readers_of_statuspage_see_it_as_an_incident(site: Path):
    """Every key that a real incident has, so that their readers find what they look for."""
    run(site, *WORDS, *TIMES)
    summary = json.loads((site / "api/v2/summary.json").read_text("utf-8"))
    assert summary["status"]["indicator"] == "critical"
    by_hand, real = summary["incidents"]
    assert by_hand.keys() == real.keys()
    assert by_hand["incident_updates"][0].keys() == real["incident_updates"][0].keys()
    assert by_hand["name"].endswith("[published by hand]")
    assert "Power cut." in by_hand["incident_updates"][0]["body"]
    run(site, *WORDS[:2], "--what-fr", "Le courant revient.", "--what-en", "Power returns.", *TIMES)
    incidents = json.loads((site / "api/v2/incidents/unresolved.json").read_text("utf-8"))["incidents"]
    assert [row["id"] for row in incidents] == ["by-hand", real["id"]]


def test_withdrawing_leaves_the_site_as_it_was(site: Path):
    before = contents(site)
    run(site, *WORDS, *TIMES)
    assert run(site, "--withdraw").returncode == 0
    after = contents(site)
    for path, content in before.items():
        if path.endswith(".json"):
            assert json.loads(after[path]) == json.loads(content)
        elif not path.endswith((".atom", ".rss")):  # a feed that changed says that it changed
            assert after[path] == content, path
    assert len(feedparser.parse(after["feeds/news.fr.atom"]).entries) == 1
    assert set(after) == set(before)


def test_a_second_notice_replaces_the_first(site: Path):
    run(site, *WORDS, *TIMES)
    run(site, *WORDS[:2], "--what-fr", "Le courant revient.", "--what-en", "Power returns.", *TIMES)
    page = (site / "en/index.html").read_text("utf-8")
    assert "Power returns." in page
    assert "Power cut." not in page
    assert (site / "flash.en.txt").read_text("utf-8").count("by hand") == 1


def test_the_next_real_build_takes_it_away(site: Path, clock: Clock):
    before = contents(site)
    run(site, *WORDS, *TIMES)
    actions.build(site)
    assert contents(site) == before


def test_everything_is_escaped(site: Path):
    evil = '<img src=x onerror=alert(1)> & "quotes" ]]> <!--/by-hand-->'
    assert run(site, "--service", evil, "--what-fr", evil, "--what-en", evil, *TIMES).returncode == 0
    for path in ("index.html", "fr/index.html", "en/index.html", "feeds/news.fr.atom", "feeds/news.fr.rss"):
        assert "<img" not in (site / path).read_text("utf-8")
    for kind in ("atom", "rss"):
        assert not feedparser.parse((site / f"feeds/news.fr.{kind}").read_bytes()).bozo
    assert run(site, "--withdraw").returncode == 0
    assert "onerror" not in (site / "en/index.html").read_text("utf-8")


def test_a_folder_without_a_site_gets_pages_of_its_own_and_loses_them_again(tmp_path: Path):
    folder = tmp_path / "bare"
    folder.mkdir()
    assert run(folder, *WORDS, *TIMES).returncode == 0
    assert "Power cut." in (folder / "en/index.html").read_text("utf-8")
    assert run(folder, "--withdraw").returncode == 0
    assert not (folder / "en/index.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*WORDS, "--since", "13:05"], "missing: --next-update"),
        ([*WORDS, "--since", "noon", "--next-update", "+1h"], "is not a time"),
        ([*WORDS, "--since", "25:61", "--next-update", "+1h"], "is not a time"),
        ([*WORDS, "--since", "2020-01-01 10:00", "--next-update", "+1h"], "within the last 7 days"),
        ([*WORDS, "--since", "-5min", "--next-update", "-1min"], "must lie ahead"),
        ([*WORDS[:4], "--what-en", "x" * 501, *TIMES], "501 characters, 500 at most"),
        ([*WORDS[:4], "--what-en", " \n ", *TIMES], "say something"),
        ([*WORDS, *TIMES, "--zone", "Mars/Olympus"], "is not a time zone"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_nothing_is_touched(site: Path, arguments: list[str], words: str):
    before = contents(site)
    done = run(site, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(site) == before


def test_a_folder_that_is_not_there(tmp_path: Path):
    done = run(tmp_path / "nowhere", *WORDS, *TIMES)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr


def test_a_fault_while_writing_touches_nothing(site: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    before = contents(site)
    real, calls = emergency._stage, []

    def full(target: Path, content: str) -> str:
        if len(calls) == 5:
            Path("/dev/full").write_text("x")
        calls.append(target)
        return real(target, content)

    monkeypatch.setattr(emergency, "_stage", full)
    assert emergency.main([str(site), *WORDS, *TIMES]) == 1
    assert "No space left" in capsys.readouterr().err
    assert contents(site) == before


@pytest.mark.parametrize(
    ("typed", "past", "expected"),
    [
        ("13:05", True, "2026-11-22 13:05"),
        ("13h05", True, "2026-11-22 13:05"),
        ("23:50", True, "2026-11-21 23:50"),
        ("15:00", False, "2026-11-22 15:00"),
        ("00:30", False, "2026-11-23 00:30"),
        ("+45min", False, "2026-11-22 15:11"),
        ("2026-11-20 08:00", True, "2026-11-20 08:00"),
        ("2026-11-22T12:00:00+00:00", True, "2026-11-22 13:00"),
    ],
)
def test_times_are_read_as_people_type_them(typed: str, past: bool, expected: str):
    at = emergency.moment("since", typed, NOW, past=past)
    assert f"{at.astimezone(NOW.tzinfo):%Y-%m-%d %H:%M}" == expected


def test_times_are_said_in_full():
    first = datetime(2027, 1, 1, 9, 5, tzinfo=NOW.tzinfo)
    assert emergency.spoken(first, "fr") == "vendredi 1er janvier 2027 à 9\u00a0h\u00a005 (CET)"
    assert emergency.spoken(first + timedelta(days=1), "en") == "Saturday 2 January 2027 at 09:05 (CET)"


def test_without_a_folder_it_says_how_to_call_it(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        emergency.main([])
    assert caught.value.code == 2
    assert "folder" in capsys.readouterr().err
