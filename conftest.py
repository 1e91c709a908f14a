"""Fixtures that tests beside the code and stories share; the root is the only place pytest loads plug-ins from."""

import os

from hypothesis import settings

# Playwright's event loop stays in the thread for the rest of the run; tests ask the database from that thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = [
    "tests.support.no_skips",
    "tests.support.cheaper",
    "tests.support.fixtures",
    "tests.support.databases",
    "tests.support.order",
]

# A busy machine is no fault of the code: what is slow shows in --durations.
settings.register_profile("vigie", deadline=None)
settings.load_profile("vigie")
