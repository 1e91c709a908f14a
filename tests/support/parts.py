"""A part of the system, or one loud skip that says how to get it."""

import pytest
from tools.install_system_parts import PARTS


def need(name: str) -> None:
    """Skip the test when the part can't be had here; with VIGIE_TEST_ALL=1 a skip is a failure (see no_skips)."""
    if lack := PARTS[name].lack():
        pytest.skip(lack)
