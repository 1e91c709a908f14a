"""Fixtures that tests beside the code and stories share; the root is the only place pytest loads plug-ins from."""

pytest_plugins = ["tests.support.no_skips", "tests.support.fixtures", "tests.support.databases"]
