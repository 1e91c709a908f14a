"""The manual lists the settings of every way in."""

from importlib.metadata import entry_points

import pytest
from tests.support.manual import assert_settings

OURS = {point.name: point for point in entry_points(group="vigie.inbox")}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_setting_is_in_the_manual(name: str) -> None:
    info = OURS[name].load().info
    assert info.name == name
    assert_settings("inbox.md", name, info.settings)
