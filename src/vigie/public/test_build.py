"""The static folder: only what changed is written, nothing is broken by what breaks, and due is what is due."""

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.utils import translation
from tests.support.cast import SUNDAY, Cast

from vigie.kernel.clock import Clock
from vigie.kernel.errors import Refused
from vigie.outages import actions as outages
from vigie.public import actions, pages, queries
from vigie.public import folder as disk
from vigie.public.models import Build, Push
from vigie.public.pages import Page
from vigie.public.test_pages import declared, tell


@pytest.fixture(autouse=True)
def own_options(settings, monkeypatch: pytest.MonkeyPatch):
    """Options changed by a test are its own."""
    monkeypatch.setattr(settings.OPTIONS, "values", dict(settings.OPTIONS.values))


@pytest.fixture
def folder(own_options, tmp_path: Path, settings) -> Path:
    settings.OPTIONS.values["public.folder"] = str(tmp_path / "site")
    return tmp_path / "site"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and disk.KEPT not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_folder_holds_the_site(cast: Cast, clock: Clock, folder: Path):
    declared(cast)
    result = actions.build()
    assert contents(folder) == {page.path: page.render() for page in pages.site(clock.now())}
    assert set(result.written) == set(contents(folder))
    assert not (folder / disk.KEPT / "staging").exists()


def test_a_heartbeat_touches_only_what_shows_its_time(cast: Cast, clock: Clock, folder: Path):
    over = declared(cast)
    outages.end(cast.amina, over, data_lost="no")
    tell(cast, over)
    actions.build()
    clock.tick(minutes=5)
    result = actions.build()
    assert set(result.written) == {
        "index.html",
        "fr/index.html",
        "en/index.html",
        "flash.json",
        "status.json",
        "heartbeat.json",
    }


def test_the_page_of_an_experiment_carries_its_time_only_while_something_goes_on(
    cast: Cast, clock: Clock, folder: Path
):
    def read(code: str) -> str:
        return (folder / f"en/experiments/{code}.html").read_text("utf-8")

    actions.build()
    assert "Page made on" not in read("orion")
    assert 'data-heart="../../heartbeat.json"' in read("orion")  # a script may still see that the site is old
    touched = declared(cast)
    actions.build()
    assert "Page made on" in read("orion")
    clock.tick(minutes=5)
    assert "en/experiments/orion.html" in actions.build().written
    outages.end(cast.amina, touched, data_lost="no")
    tell(cast, touched)
    actions.build()
    clock.tick(minutes=5)
    assert not [path for path in actions.build().written if "/experiments/" in path]


def test_the_first_page_leads_to_the_subscriptions_of_the_desk(cast: Cast, folder: Path):
    actions.build()
    for path in ("fr/index.html", "fr/feeds.html", "fr/experiments/orion.html"):
        assert "/subscriptions?lang=fr" in (folder / path).read_text("utf-8")


def test_a_change_of_one_outage_leaves_the_pages_of_the_others_alone(cast: Cast, clock: Clock, folder: Path):
    for code in ("storage", "farm"):
        over = declared(cast, code, next_update_by=clock.now() + timedelta(hours=1))
        outages.end(cast.amina, over, data_lost="no")
        tell(cast, over)
    third = declared(cast, "site", "degraded")
    actions.build()
    clock.tick(minutes=1)
    tell(cast, third)
    written = actions.build().written
    assert f"fr/status/{third.thread_id}.html" in written
    assert [path for path in written if "/status/" in path] == [
        f"{language}/status/{third.thread_id}.html" for language in ("fr", "en")
    ]


def test_a_lost_or_cut_file_is_written_again(cast: Cast, folder: Path):
    over = declared(cast)
    outages.end(cast.amina, over, data_lost="no")
    tell(cast, over)
    actions.build()
    lost, cut = folder / f"fr/status/{over.thread_id}.html", folder / f"en/status/{over.thread_id}.html"
    before = contents(folder)
    lost.unlink()
    cut.write_bytes(b"")
    (folder / disk.KEPT / "manifest.json").write_text("{ broken")
    actions.build()
    assert contents(folder) == before


def test_what_is_no_longer_part_of_the_site_is_removed_and_nothing_else(tmp_path: Path):
    with disk.held(tmp_path):
        disk.write(tmp_path, [Page("a.html", lambda: b"a"), Page("old/b.html", lambda: b"b")])
        (tmp_path / "robots.txt").write_text("theirs")
        done = disk.write(tmp_path, [Page("a.html", lambda: b"a")])
    assert done.removed == ("old/b.html",)
    assert contents(tmp_path) == {"a.html": b"a", "robots.txt": b"theirs"}


def test_a_folder_with_somebodys_files_is_left_alone(cast: Cast, folder: Path):
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with translation.override("en"), pytest.raises(Refused, match="did not make"):
        actions.build()
    assert contents(folder) == {"thesis.tex": b"years of work"}
    assert "did not make" in queries.site_state().error


def _kill_while_writing(folder: str) -> None:
    def die() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    with disk.held(Path(folder)):
        disk.write(Path(folder), [Page("index.html", lambda: b"new"), Page("last.html", die)])


def test_a_kill_in_the_middle_leaves_the_old_site_whole(tmp_path: Path):
    with disk.held(tmp_path):
        disk.write(tmp_path, [Page("index.html", lambda: b"old")])
    child = multiprocessing.get_context("fork").Process(target=_kill_while_writing, args=(str(tmp_path),))
    child.start()
    child.join(20)
    assert child.exitcode == -signal.SIGKILL
    assert contents(tmp_path) == {"index.html": b"old"}
    with disk.held(tmp_path):  # the lock of a killed builder is free
        disk.write(tmp_path, [Page("index.html", lambda: b"new")])
    assert contents(tmp_path) == {"index.html": b"new"}
    assert not (tmp_path / disk.KEPT / "staging").exists()


def test_a_kill_between_two_renames_is_repaired_by_the_next_build(tmp_path: Path, monkeypatch):
    def site(text: bytes) -> list[Page]:
        return [Page("one.html", lambda: text, text.decode()), Page("two.html", lambda: text, text.decode())]

    with disk.held(tmp_path):
        disk.write(tmp_path, site(b"old"))
        real, moved = Path.replace, []

        def first_only(self: Path, target: Path) -> Path:
            if moved:
                raise KeyboardInterrupt
            moved.append(target)
            return real(self, target)

        monkeypatch.setattr(Path, "replace", first_only)
        with pytest.raises(KeyboardInterrupt):
            disk.write(tmp_path, site(b"new"))
        monkeypatch.undo()
        assert contents(tmp_path) == {"one.html": b"new", "two.html": b"old"}  # each of them whole
        disk.write(tmp_path, site(b"new"))
    assert contents(tmp_path) == {"one.html": b"new", "two.html": b"new"}


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as out:
        while True:
            out.write(b"x" * 4096)


@contextmanager
def small_disk(mount: Path) -> Iterator[bool]:
    """A real disk of 1 MB at `mount` where one may be mounted (as root); says whether it is."""
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)]
    mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(mount)], check=True)


def test_a_full_disk_is_said_and_breaks_nothing(
    cast: Cast, clock: Clock, tmp_path: Path, settings, monkeypatch
):
    """On a real small disk where one may be mounted; elsewhere the kernel's own full device takes its place."""
    site = tmp_path / "disk" / "site"
    settings.OPTIONS.values["public.folder"] = str(site)
    with small_disk(tmp_path / "disk") as mounted:
        actions.build()
        before = contents(site)
        declared(cast)
        clock.tick(minutes=1)
        with monkeypatch.context() as patch:
            if mounted:
                with pytest.raises(OSError, match="No space"):
                    fill(tmp_path / "disk" / "filler")
            else:
                patch.setattr(disk, "_synchronise", lambda *_: Path("/dev/full").write_bytes(b"x"))
            with (
                translation.override("en"),
                pytest.raises(Refused, match=r"is full; the site stays as it was"),
            ):
                actions.build()
        assert contents(site) == before
        assert Build.objects.exclude(error="").count() == 1
        if mounted:
            (tmp_path / "disk" / "filler").unlink()
        actions.build()
        assert b"dCache" in (site / "en/index.html").read_bytes()


def test_a_folder_that_is_not_writable_is_said(cast: Cast, folder: Path, monkeypatch):
    real = os.open

    def locked(path, flags, mode=0o777, **more):
        if str(path).endswith("lock"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, flags, mode, **more)

    monkeypatch.setattr(os, "open", locked)  # root may write anywhere: only the answer is staged
    with pytest.raises(Refused) as caught:
        actions.build()
    assert str(folder) in str(caught.value)
    assert caught.value.code == "public.not_built"


def test_two_builders_take_turns(tmp_path: Path):
    inside, most = [0], [0]

    def slow() -> bytes:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.05)
        inside[0] -= 1
        return b"x"

    def builder() -> None:
        with disk.held(tmp_path):
            disk.write(tmp_path, [Page("index.html", slow)])

    threads = [threading.Thread(target=builder) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_second_builder_gives_up_with_words(cast: Cast, folder: Path, monkeypatch):
    monkeypatch.setattr(disk, "LOCK_WAIT", 0.0)
    actions.build()
    with disk.held(folder), pytest.raises(Refused) as caught:
        actions.build()
    assert caught.value.code == "public.busy"


# --- when it is due ---


def test_due_is_derived_from_rows_and_the_clock(cast: Cast, clock: Clock, folder: Path):
    assert queries.build_due()
    actions.build()
    assert not queries.build_due()
    outage = declared(cast, next_update_by=SUNDAY + timedelta(minutes=3))
    assert queries.build_due()  # something was told
    assert not queries.site_state().is_current
    assert actions.build_if_due()
    assert queries.site_state().is_current
    assert not actions.build_if_due()
    clock.tick(minutes=3, seconds=1)
    assert queries.build_due()  # the promise passed
    actions.build()
    clock.tick(minutes=4)
    assert not queries.build_due()
    clock.tick(minutes=1)
    assert queries.build_due()  # a third of the heartbeat
    assert outage.state == "ongoing"


def test_after_a_fault_it_is_tried_again_less_and_less_often(cast: Cast, clock: Clock, folder: Path):
    folder.mkdir()
    (folder / "foreign").touch()
    tries = []
    for _ in range(120):
        if queries.build_due():
            tries.append(clock.now())
            with pytest.raises(Refused):
                actions.build()
        clock.tick(seconds=10)
    gaps = [int((b - a).total_seconds()) for a, b in pairwise(tries)]
    assert gaps == [30, 60, 120, 240, 300, 300]
    (folder / "foreign").unlink()
    clock.tick(minutes=5)
    assert actions.build_if_due()
    assert queries.site_state().error == ""


# --- copying it outside ---


def test_push_copies_the_folder_by_an_argument_list(cast: Cast, folder: Path, tmp_path: Path, settings):
    outside = tmp_path / "out side; rm -rf ~"
    settings.OPTIONS.values["public.push"] = ["cp", "-a", "{folder}/.", str(outside)]
    assert not queries.site_state().is_current
    assert actions.build_if_due()
    assert contents(outside) == contents(folder)
    assert queries.site_state().is_current
    assert not queries.push_due()


@pytest.mark.parametrize(
    "fault",
    [
        (
            [sys.executable, "-c", "print('no route to host'); raise SystemExit(3)"],
            "ended with 3. no route to host",
        ),
        (["/no/such/program"], "No such file or directory"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "no end after 1 s"),
    ],
)
def test_a_push_that_fails_is_kept_shown_and_tried_again(
    cast: Cast, clock: Clock, folder: Path, settings, fault: tuple[list[str], str]
):
    command, words = fault
    settings.OPTIONS.values["public.push"] = command
    settings.OPTIONS.values["public.push_timeout"] = 1
    actions.build_if_due()
    assert words in Push.objects.get().output
    state = queries.site_state()
    assert words in state.error
    assert not state.is_current
    assert not queries.push_due()
    clock.tick(seconds=31)
    assert queries.push_due()
    settings.OPTIONS.values["public.push"] = ["true"]
    actions.build_if_due()
    assert queries.site_state().error == ""


def test_push_without_a_command_is_refused_with_what_to_write(cast: Cast, folder: Path):
    with pytest.raises(Refused, match=r"vigie\.toml"):
        actions.push()


def test_old_rows_are_forgotten(cast: Cast, clock: Clock, folder: Path, monkeypatch):
    monkeypatch.setattr(actions, "KEEP", 3)
    for _ in range(6):
        clock.tick(minutes=5)
        actions.build()
    assert Build.objects.count() == 3


def test_nothing_is_left_of_a_folder_that_was_moved_away(cast: Cast, folder: Path, tmp_path: Path):
    actions.build()
    shutil.move(folder, tmp_path / "elsewhere")
    assert set(actions.build().written) == set(contents(tmp_path / "elsewhere"))
