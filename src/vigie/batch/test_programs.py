"""Commands that answer, hang, flood, leave children, are not there."""

import time
from pathlib import Path

import pytest

from vigie.batch.programs import TooLarge, TooSlow, ask
from vigie.contracts.batch import Away


def test_what_a_command_said_and_how_it_ended() -> None:
    answer = ask(["sh", "-c", "printf 'a\\377b'; echo no >&2; exit 3"], seconds=5)
    assert (answer.out, answer.err, answer.code, answer.words()) == (b"a\xffb", b"no\n", 3, "no")


def test_arguments_are_no_shell() -> None:
    assert ask(["echo", "$(id)", "; rm x", "a\nb"], seconds=5).out == b"$(id) ; rm x a\nb\n"


def test_it_sees_the_surroundings_but_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_SECRET_KEY", "hush")
    said = ask(["env"], seconds=5, environment={"TZ": "UTC"}).out
    assert b"TZ=UTC" in said
    assert b"PATH=" in said
    assert b"hush" not in said


def test_one_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlow, match=r"sh: no whole answer within 0\.3 s"):
        ask(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/child; wait"], seconds=0.3)
    assert time.monotonic() - began < 5
    child = int((tmp_path / "child").read_text())
    status = Path(f"/proc/{child}/status")
    while status.exists() and "State:\tZ" not in status.read_text():
        assert time.monotonic() - began < 5, "its child lives on"


def test_a_child_that_keeps_the_output_open_keeps_nobody_waiting() -> None:
    began = time.monotonic()
    assert ask(["sh", "-c", "sleep 60 & echo done"], seconds=30).out == b"done\n"
    assert time.monotonic() - began < 5


def test_a_flood_is_cut() -> None:
    with pytest.raises(TooLarge, match="more than 1000 bytes"):
        ask(["yes"], seconds=30, most_bytes=1000)


def test_one_that_is_not_there_is_away() -> None:
    with pytest.raises(Away, match="/nowhere/sacct: can't be started"):
        ask(["/nowhere/sacct"], seconds=5)
    with pytest.raises(Away, match="can't be started"):
        ask(["echo", "a\0b"], seconds=5)


def test_nothing_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        ask(["true"], seconds=5)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
