"""With --dist loadfile the longest is begun first, so that nobody waits at the end for one worker; its tests part.

Without this, files with many tests come first, and those with few tests of minutes each come last.
"""

import pytest

MINUTES = (
    "tests/test_hostile_input.py",
    "tests/test_permissions.py",
    "tests/stories/test_nothing_lost.py",
    "tests/test_program.py",
    "tests/stories/test_coverage_by_command.py",
)
"""Files whose tests share nothing dear and take a minute or more together."""
FILES_NEXT = ("tests/test_wheel.py", "tests/stories/")


def begins(item: pytest.Item) -> int:
    """Whose turn it is; the fast tier stays as it is."""
    first = (*MINUTES, *FILES_NEXT)
    if not any(item.get_closest_marker(name) for name in ("lab", "browser", "slow")):
        return len(first)
    return next((place for place, name in enumerate(first) if item.nodeid.startswith(name)), len(first))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The scheduler keeps the order in which its workers found the tests."""
    items.sort(key=begins)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """As loadfile, in our order, the long files' tests one by one."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 # xdist may be switched off

    class LongestFirst(LoadFileScheduling):  # type: ignore[misc] # xdist ships no types
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(MINUTES) else str(super()._split_scope(nodeid))

    config.option.loadscopereorder = False
    return LongestFirst(config, log)
