"""Fixtures that start real programs: one per test process, stopped at its end even after a failure."""

from collections.abc import Iterator

import pytest

from tests.support.certificates import make_certificate
from tests.support.small_smtp import SmallSmtp, small_smtp_server


@pytest.fixture(scope="session")
def small_smtp_process() -> Iterator[SmallSmtp]:
    with small_smtp_server() as server:
        yield server


@pytest.fixture
def small_smtp(small_smtp_process: SmallSmtp) -> SmallSmtp:
    """A small real SMTP server, running and empty; faults by recipient, see small_smtp_server.py."""
    if not small_smtp_process.running:
        small_smtp_process.start()
    small_smtp_process.wipe()
    return small_smtp_process


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of a PEM file with a key and certificate for localhost; it vouches for itself."""
    return str(make_certificate(tmp_path_factory.mktemp("certificate") / "localhost.pem"))
