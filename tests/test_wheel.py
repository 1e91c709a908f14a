"""The package as a stranger gets it: built, installed outside the checkout, started."""

import email.message
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import ROOT, free_port, open_folder, start, stop, wait_for_port

pytestmark = pytest.mark.slow

# What only the checkout needs (see [tool.hatch.build.targets.wheel] in pyproject.toml).
CHECKOUT_ONLY = re.compile(r"/test_[^/]*\.py$|/conftest\.py$|^vigie/locale/parts/|\.po$")

FOREIGN = ("PYTHON", "DJANGO_", "VIGIE_")


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a program as a stranger would: nothing of the checkout in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """The `bin` of a fresh environment that holds the wheel and its dependencies in the locked versions."""
    with open_folder("wheel") as folder:
        lock = (ROOT / "requirements.lock").read_text("utf-8")
        pins = [line.rstrip(" \\") for line in lock.splitlines() if re.match(r"[a-z0-9]", line)]
        # One wheel has no hash in the lock, ours; pip wants all hashes or none, so here the versions must do.
        (folder / "versions").write_text("\n".join(pins), "utf-8")
        run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
        pip = folder / "venv" / "bin" / "pip"
        quick = ["-q", "--disable-pip-version-check", "--no-compile"]  # half the files to write and to remove
        run(pip, "install", *quick, "-c", folder / "versions", wheel, cwd=folder)
        yield folder / "venv" / "bin"


def test_every_file_of_the_package_is_in_the_wheel_and_no_test_is(wheel: Path) -> None:
    kept = run("git", "ls-files", "src/vigie").splitlines()
    wanted = {path.removeprefix("src/") for path in kept}
    wanted = {path for path in wanted if not CHECKOUT_ONLY.search(path)}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wanted <= names, sorted(wanted - names)
    catalogues = [
        path.removeprefix("src/") for path in kept if "/LC_MESSAGES/" in path and path.endswith(".po")
    ]
    assert {path.replace(".po", ".mo") for path in catalogues} <= names
    assert not [name for name in names if re.search(r"/test_[^/]*\.py$|/conftest\.py$|/parts/.*\.po$", name)]
    kinds = {Path(name).suffix for name in names}
    assert {".css", ".js", ".html"} <= kinds


def test_the_installed_program_knows_its_commands(installed: Path, tmp_path: Path) -> None:
    assert "demo" in run(installed / "vigie", "--help", cwd=tmp_path)


def get(url: str) -> tuple[int, email.message.Message, str]:
    request = urllib.request.Request(url, headers={"Accept-Language": "fr"})  # noqa: S310 # our own http address
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 # same
            return answer.status, answer.headers, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode("utf-8")


def test_the_demo_starts_outside_the_checkout(installed: Path) -> None:
    with open_folder("demo") as folder:
        address = f"127.0.0.1:{free_port()}"
        log = folder / "log"
        clean = dict.fromkeys(name for name in os.environ if name.startswith(FOREIGN))
        command = [installed / "vigie", "demo", "--listen", address, "--data", folder / "data"]
        process = start(command, log, cwd=folder, **clean)
        try:
            wait_for_port(int(address.split(":")[1]), seconds=60, process=process)
            status, _, page = get(f"http://{address}/")
            assert status == 200, page
            assert 'lang="fr"' in page
            styles = re.findall(r'href="([^"]+\.css[^"]*)"', page)
            assert styles
            links = [urllib.parse.urljoin(f"http://{address}/", path) for path in styles]
            assert {get(link)[0] for link in links} == {200}
            assert get(f"http://{address}/healthz")[0] == 200
        except (AssertionError, OSError) as error:
            raise AssertionError(f"{error}\n{log.read_text('utf-8')}") from error
        finally:
            stop(process)
