"""Story: somebody writes a batch adapter by the manual, builds a package of it and installs it beside Vigie."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.manual import MANUAL

pytestmark = pytest.mark.slow
PAGE = "writing-a-batch-adapter.md"
LOAD = """
from importlib.metadata import entry_points
from vigie.contracts.batch import BatchSystem, Kills, Tally
from vigie.contracts.channel import ChannelConfig
[entry] = entry_points(group="vigie.batch", name="navette")
system = entry.load()(ChannelConfig({"command": "/nowhere/navette"}))
assert isinstance(system, BatchSystem) and isinstance(system, Kills)
try:
    list(system.running(Tally()))
except Exception as failure:
    print(type(failure).__name__)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder into which the package, built from the manual's own files, is installed."""
    source = tmp_path / "vigie-navette"
    source.mkdir()
    text = (MANUAL / PAGE).read_text("utf-8")
    for name, code in re.findall(r"```(?:python|toml)\n# (\S+\.(?:py|toml))\n(.*?)```", text, re.DOTALL):
        (source / name).write_text(code, "utf-8")
    assert {path.name for path in source.iterdir()} == {
        "pyproject.toml",
        "test_navette.py",
        "vigie_navette.py",
    }
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    done = subprocess.run([*build, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:  # what installers do with a wheel of one module
        packed.extractall(tmp_path / "site")
    (source / "vigie_navette.py").unlink()  # from now on only what is installed counts
    return tmp_path / "site"


def test_a_strangers_adapter_passes_the_suite_and_comes_by_its_entry_point(
    site: Path, tmp_path: Path
) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(site)}
    suite = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:django",
            "test_navette.py",
        ],
        cwd=tmp_path / "vigie-navette",
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert suite.returncode == 0, suite.stdout
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD], env=surroundings, capture_output=True, text=True, check=False
    )
    assert loaded.stdout == "Away\n", loaded.stderr
