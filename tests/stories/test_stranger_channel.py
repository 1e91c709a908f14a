"""Story: somebody writes a channel by the manual, builds a package of it and installs it beside Vigie."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.manual import MANUAL

pytestmark = pytest.mark.slow
SEND = """
from django.db import transaction
from vigie.post import sending
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Delivery
said = {"subject": "Panne", "text": "Le stockage est arrêté. " * 20}
with transaction.atomic():
    enqueue([Parcel("n:1", "login-1", "fr", "t", channel="banner", shared=said)])
sending.send_due("w")
print(Delivery.objects.get().state)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder into which the package, built from the manual's own files, is installed."""
    text = (MANUAL / "writing-a-channel.md").read_text("utf-8")
    source = tmp_path / "vigie-banner"
    source.mkdir()
    for name, code in re.findall(r"```(?:python|toml)\n# (\S+\.(?:py|toml))\n(.*?)```", text, re.DOTALL):
        (source / name).write_text(code, "utf-8")
    assert sorted(path.name for path in source.iterdir()) == [
        "pyproject.toml",
        "test_banner.py",
        "vigie_banner.py",
    ]
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    done = subprocess.run([*build, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:  # what installers do with a wheel of one module
        packed.extractall(tmp_path / "site")
    (source / "vigie_banner.py").unlink()  # from now on only what is installed counts
    return tmp_path / "site"


def test_a_strangers_channel_comes_by_its_entry_point_and_carries_messages(
    site: Path, tmp_path: Path
) -> None:
    suite = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", "test_banner.py"],
        cwd=tmp_path / "vigie-banner",
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert suite.returncode == 0, suite.stdout

    (tmp_path / "banners").mkdir()
    (tmp_path / "login-1").write_text("login-1\n", "utf-8")
    (tmp_path / "login-1").chmod(0o600)
    (tmp_path / "vigie.toml").write_text(
        f"[channels.banner]\nfolder = '{tmp_path}/banners'\n"
        f"[targets.login-1]\nchannel = 'banner'\naddress_file = '{tmp_path}/login-1'\n",
        "utf-8",
    )
    desk = Desk(tmp_path, {"VIGIE_CONFIG": str(tmp_path / "vigie.toml"), "PYTHONPATH": str(site)})
    found = {one["what"]: one for one in json.loads(desk.must("check-config", "--json"))}
    assert found["channel banner"] == {"what": "channel banner", "ok": True, "words": "Login banner"}
    assert found["target login-1"]["ok"]
    desk.must("migrate")
    assert desk.python(SEND).splitlines()[-1] == "done"
    [banner] = (tmp_path / "banners").iterdir()
    shown = banner.read_text("utf-8")
    assert banner.name.startswith("login-1.")
    assert len(shown) == 200  # its `max_chars`
    assert shown.endswith("…")
