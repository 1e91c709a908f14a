"""The notification command as monitoring runs it: a program of its own, a token file, a desk that may be away."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.cast import make_cast
from tests.support.processes import free_port

from vigie.alerts.icinga import notify
from vigie.kernel.access import System
from vigie.outages.models import Alarm, Outage
from vigie.people.actions import make_token
from vigie.people.rules import Scope


@pytest.fixture
def token_file(transactional_db, clock, tmp_path: Path) -> Path:
    cast = make_cast()
    _row, secret = make_token(System(), cast.ada, label="icinga", scopes=[Scope.ALERT])
    path = tmp_path / "token"
    path.write_text(f"{secret}\n")
    path.chmod(0o640)
    return path


def run(url: str, token: Path, *arguments: str, **fields: str) -> subprocess.CompletedProcess[str]:
    given = {"type": "PROBLEM", "host": "dcache-door01", "state": "DOWN", "output": "no answer"} | fields
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    command = [
        sys.executable,
        "-I",
        notify.__file__,
        "--url",
        url,
        "--token-file",
        str(token),
        *options,
        *arguments,
    ]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={"LANG": "C.UTF-8"}
    )


def test_an_alarm_and_its_recovery_reach_the_desk(live_server, token_file: Path):
    sent = run(live_server.url, token_file, time="1763817900")
    assert (sent.returncode, sent.stderr) == (0, "")
    outage = Outage.objects.get()
    assert str(outage.pk) in sent.stdout
    recovered = run(live_server.url, token_file, "--quiet", type="RECOVERY", state="UP")
    assert (recovered.returncode, recovered.stdout) == (0, "")
    assert not Alarm.objects.get().firing
    assert Outage.objects.get().state == "ongoing"


def test_a_refusal_is_told_and_not_tried_again(live_server, token_file: Path):
    refused = run(live_server.url, token_file, state="MELTED")
    assert refused.returncode == 1
    assert "MELTED" in refused.stderr
    token_file.write_text("vigie_wrong")
    assert run(live_server.url, token_file).returncode == 1


@pytest.mark.usefixtures("db")
def test_a_desk_that_is_away(tmp_path: Path):
    token = tmp_path / "token"
    token.write_text("vigie_x")
    away = run(f"http://127.0.0.1:{free_port()}", token, "--tries", "1", "--timeout", "2")
    assert away.returncode == 3
    assert "127.0.0.1" in away.stderr


def test_wrong_usage_says_what_to_do(tmp_path: Path, capsys):
    needed = ["--type", "PROBLEM", "--host", "h", "--state", "DOWN"]
    assert notify.main([*needed, "--token-file", "x"]) == 2
    assert "--url" in capsys.readouterr().err
    assert notify.main([*needed, "--url", "http://127.0.0.1:1", "--token-file", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.touch()
    assert notify.main([*needed, "--url", "http://127.0.0.1:1", "--token-file", str(empty)]) == 2


def test_a_token_that_everybody_reads_is_pointed_at(tmp_path: Path, capsys):
    open_file = tmp_path / "token"
    open_file.write_text("vigie_x")
    open_file.chmod(open_file.stat().st_mode | stat.S_IROTH)
    assert notify.token(str(open_file)) == "vigie_x"
    assert "chmod" in capsys.readouterr().err


def test_output_that_is_not_utf8_still_leaves():
    options = notify.parser().parse_args(
        ["--type", "PROBLEM", "--host", "h", "--state", "DOWN", "--output", os.fsdecode(b"caf\xe9")]
    )
    assert b"caf?" in notify.message(options)
