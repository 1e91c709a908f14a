"""Fixtures that start real programs: one per test process, stopped at its end even after a failure."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from playwright.sync_api import Browser

from tests.support.browser import PageFactory, chromium_running, watched_pages
from tests.support.cast import SUNDAY, Cast, make_cast
from tests.support.certificates import make_certificate
from tests.support.kept import kept
from tests.support.ldap_lab import LdapLab, ldap_running
from tests.support.mail_lab import MailLab, mail_lab_running
from tests.support.parts import need
from tests.support.postgres_lab import PostgresLab, postgres_running
from tests.support.slurm_lab import SlurmLab, slurm_running
from tests.support.small_smtp import SmallSmtp, small_smtp_server
from vigie.kernel.clock import Clock
from vigie.kernel.clock import clock as the_clock


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


@pytest.fixture(scope="session")
def mail_lab_process() -> Iterator[MailLab]:
    need("Postfix and Dovecot")
    with mail_lab_running() as lab:
        yield lab


@pytest.fixture
def mail_lab(mail_lab_process: MailLab) -> MailLab:
    """Postfix and Dovecot, running and empty. Mark the test `lab`."""
    mail_lab_process.start()
    mail_lab_process.wipe()
    return mail_lab_process


@pytest.fixture(scope="session")
def postgres_process() -> Iterator[PostgresLab]:
    need("PostgreSQL")
    with postgres_running() as lab:
        yield lab


@pytest.fixture
def postgres_lab(postgres_process: PostgresLab) -> PostgresLab:
    """A private PostgreSQL that a test may stop and start. Mark the test `lab`."""
    postgres_process.start()
    return postgres_process


@pytest.fixture
def postgres_url(postgres_lab: PostgresLab) -> str:
    """Its address, as for VIGIE_DATABASE_URL."""
    return postgres_lab.url


@pytest.fixture(scope="session")
def ldap_process(certificate: str) -> Iterator[LdapLab]:
    need("OpenLDAP")
    with ldap_running(certificate) as lab:
        yield lab


@pytest.fixture
def ldap_lab(ldap_process: LdapLab) -> LdapLab:
    """OpenLDAP, still standing: `fill` it. Mark the test `lab`."""
    ldap_process.stop()
    return ldap_process


@pytest.fixture(scope="session")
def slurm_process() -> Iterator[SlurmLab]:
    need("Slurm")
    with slurm_running() as lab:
        yield lab


@pytest.fixture
def slurm(slurm_process: SlurmLab) -> SlurmLab:
    """A real Slurm, all its daemons running; other tests' jobs may be there. Mark the test `lab`."""
    slurm_process.start()
    return slurm_process


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    need("Chromium")
    with chromium_running() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[PageFactory]:
    """`page(locale="fr", width=1280, theme="light", script=True)` opens one. Mark the test `browser`."""
    with watched_pages(browser) as open_page:
        yield open_page


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page asked for in English leaves the thread in English; the next test begins in the desk's own language."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock of the house, standing still on a Sunday afternoon; `clock.tick(minutes=5)` moves it."""
    with the_clock.travel(SUNDAY) as moved:
        yield moved


@pytest.fixture
def cast(db: None, clock: Clock) -> Cast:
    """The small fixed cast, written into an empty database."""
    return kept("cast", make_cast)
