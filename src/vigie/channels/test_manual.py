"""The manual says what the channels do: its tables list their settings, its example passes the suite."""

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from vigie.contracts.channel import ChannelInfo, Setting
from vigie.contracts.conformance.channel import ChannelConformance

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "manual"
OURS = {point.name: point for point in entry_points(group="vigie.channels")}


def _section(name: str) -> str:
    text = (MANUAL / "channels.md").read_text("utf-8")
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"docs/manual/channels.md has no section “## {name}”"
    return found[1]


def _row(setting: Setting) -> str:
    default = (
        "*secret*" if setting.secret else f"`{str(setting.default).lower()}`" if setting.default != "" else ""
    )
    return f"| `{setting.name}` | {default} | {setting.about} |".replace("|  |", "| |")


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_of_every_channel_is_in_the_manual(name: str) -> None:
    info: ChannelInfo = OURS[name].load().info
    assert info.name == name
    section = _section(name)
    for setting in info.settings:
        row = _row(setting)
        if len(row) > 200:  # a long default stands below the table
            assert str(setting.default) in section
            row = f"| `{setting.name}` | see below | {setting.about} |"
        assert row in section, f"docs/manual/channels.md, section {name}, lacks the row\n{row}"
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(rows) == sorted(setting.name for setting in info.settings)


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
