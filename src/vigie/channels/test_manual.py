"""The manual says what the channels do: its tables list their settings, its example passes the suite."""

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tests.support.manual import MANUAL, assert_settings

from vigie.contracts.channel import ChannelInfo
from vigie.contracts.conformance.channel import ChannelConformance

OURS = {point.name: point for point in entry_points(group="vigie.channels")}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_of_every_channel_is_in_the_manual(name: str) -> None:
    info: ChannelInfo = OURS[name].load().info
    assert info.name == name
    assert_settings("channels.md", name, info.settings)


def test_the_example_in_the_manual_passes_the_suite(tmp_path: Path) -> None:
    text = (MANUAL / "writing-a-channel.md").read_text("utf-8")
    blocks = dict(re.findall(r"```python\n# (\S+\.py)\n(.*?)```", text, re.DOTALL))
    assert list(blocks) == ["vigie_banner.py", "test_banner.py"]
    for name, code in blocks.items():
        (tmp_path / name).write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", "test_banner.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    promises = [name for name in dir(ChannelConformance) if name.startswith("test_")]
    assert f"{len(promises)} passed" in done.stdout
    assert '[project.entry-points."vigie.channels"]\nbanner = "vigie_banner:BannerChannel"' in text
