"""The manual's pages, for tests that hold them against the code."""

import re
from collections.abc import Sequence

from tests.support.processes import ROOT
from vigie.contracts.channel import Setting

MANUAL = ROOT / "docs" / "manual"
_LONGEST_ROW = 200


def assert_settings(page: str, heading: str, settings: Sequence[Setting]) -> None:
    """The section has a row for each setting, with its default, in the words of the code, and no other row."""
    text = (MANUAL / page).read_text("utf-8")
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"docs/manual/{page} has no section “## {heading}”"
    for setting in settings:
        row = _row(setting, found[1])
        assert row in found[1], f"docs/manual/{page}, section {heading}, lacks the row\n{row}"
    rows = re.findall(r"^\| `(\w+)` \|", found[1], re.MULTILINE)
    assert sorted(rows) == sorted(setting.name for setting in settings)


def _row(setting: Setting, section: str) -> str:
    default = str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
    shown = f" `{default}`" if default else ""
    if setting.secret:
        shown = " *secret*"
    row = f"| `{setting.name}` |{shown} | {setting.about} |"
    if len(row) <= _LONGEST_ROW:
        return row
    assert default in section, f"the default of {setting.name} stands nowhere"  # below the table
    return f"| `{setting.name}` | see below | {setting.about} |"
