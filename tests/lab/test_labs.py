"""The labs themselves: what they promise to the tests that use them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.browser import PHONE, PageFactory
from tests.support.mail_lab import MailLab
from tests.support.postgres_lab import PostgresLab
from tests.support.processes import ROOT, answers
from tests.support.slurm_lab import ADA, BRUNO, BURN, SLEEP, SlurmLab


@pytest.mark.lab
def test_postgres_survives_a_crash(postgres_lab: PostgresLab) -> None:
    with psycopg.connect(postgres_lab.url) as connection:
        connection.execute("CREATE TABLE crash AS SELECT 1 AS n")
    postgres_lab.stop("immediate")
    postgres_lab.start()
    with psycopg.connect(postgres_lab.url) as connection:
        row = connection.execute("SELECT n FROM crash").fetchone()
        connection.execute("DROP TABLE crash")
    assert row == (1,)


KILLED = """
import os, signal
from tests.support.mail_lab import mail_lab_running
from tests.support.mail_lab import MailLab
from tests.support.postgres_lab import postgres_running
from tests.support.small_smtp import small_smtp_server
with mail_lab_running() as mail, postgres_running() as postgres, small_smtp_server() as small:
    print(mail.smtp_port, mail.imap_port, postgres.port, small.smtp_port, flush=True)
    print(mail.folder, postgres.folder, small.folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.lab
def test_nothing_outlives_a_test_process_that_is_killed(mail_lab: MailLab, postgres_lab: PostgresLab) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    ports, folders = killed.stdout.splitlines()
    left = [Path(folder) for folder in folders.split()]
    deadline = time.monotonic() + 20
    while any(map(answers, map(int, ports.split()))) or any(folder.exists() for folder in left):
        assert time.monotonic() < deadline, (ports, left)
        time.sleep(0.05)  # the guards are at work
    assert answers(mail_lab.smtp_port)
    assert answers(postgres_lab.port)


@pytest.mark.browser
def test_a_page_is_seen_as_its_reader_sees_it(page: PageFactory) -> None:
    one = page(locale="fr", width=PHONE, theme="dark")
    assert one.evaluate("navigator.language") == "fr-FR"
    assert one.evaluate("innerWidth") == PHONE
    assert one.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is True


@pytest.mark.lab
def test_slurm_runs_and_accounts_jobs_of_two_users(slurm: SlurmLab) -> None:
    one = slurm.submit(ADA, BURN, "1", name="burn")
    two = slurm.submit(BRUNO, SLEEP, name="sleep")
    slurm.wait_for(two, "RUNNING")
    slurm.wait_until_accounted(one)
    asked = slurm.run("sacct", "-a", "-X", "-n", "-P", "-j", f"{one},{two}", "-o", "User,Account")
    assert sorted(asked.splitlines()) == ["vigie-ada|helios", "vigie-bruno|kronos"]
    slurm.cancel_all()
