"""The commands of docs/manual/coverage.md, as they stand there, on a desk of their own."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.manual import MANUAL

pytestmark = pytest.mark.slow  # a dozen programs are started

MAKE = """
from tests.support.cast import make_cast
from vigie.kernel.clock import now
make_cast(now=now())
"""


def commands() -> list[list[str]]:
    """Every command of the page, in order, as a shell would read it."""
    text = (MANUAL / "coverage.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def test_every_command_of_the_page_works_as_written(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.must("migrate")
    root = str(MANUAL.parent.parent)
    desk.python(f"import sys; sys.path.insert(0, {root!r})\n{MAKE}")
    said = {" ".join(words): desk.must(*words) for words in commands()}
    assert "lucie" in said["coverage who lyra"]
    holes = json.loads(said["coverage holes --json"])
    assert {"line": "lyra", "state": "none", "start": "2027-07-01"}.items() <= next(
        hole for hole in holes if hole["state"] == "none" and hole["line"] == "lyra"
    ).items()
    assert json.loads(said["coverage leaving lucie --json"])[0]["could"] == ["denis"]
    two = "duty simulate --without lucie --without denis --with 1 --from 2027-07-01 --json"
    assert json.loads(said[two])["without"] == ["denis", "lucie"]
    for words, code in (
        (("duty", "simulate", "--without", "nobody", "--from", "2027-07-01"), 2),
        (("duty", "simulate", "--without", "lucie", "--from", "2020-07-01"), 2),
        (("duty", "simulate", "--without", "lucie", "--from", "soon"), 2),
        (("duty", "simulate", "--with", "-1", "--from", "2027-07-01"), 2),
        (("duty", "simulate", "--with", "1000000000", "--from", "2027-07-01"), 2),
        (("coverage", "cover", "lyra", "lucie", "backup", "--as", "sara"), 1),
        (("coverage", "cover", "lyra", "denis", "boss", "--as", "sara"), 2),
        (("coverage", "who", "nothing"), 2),
        (("coverage", "leaving", "denis"), 1),
    ):
        done = desk.run(*words)
        assert (done.returncode, done.stdout) == (code, ""), (words, done.stderr)
        assert "Traceback" not in done.stderr
