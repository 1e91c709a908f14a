"""Story: whatever dies in the middle, every mail arrives; what comes twice was in the air and can be recognised.

Thousands of deliveries to the real Postfix, counted by IMAP. VIGIE_TEST_DELIVERIES says how many.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.mail_lab import MailLab
from tests.support.outbox import OutboxSeen, desk_on
from tests.support.postgres_lab import PostgresLab
from tests.support.processes import stop
from tests.support.small_smtp import SmallSmtp
from vigie.post.flight import TOGETHER

pytestmark = [pytest.mark.lab, pytest.mark.slow]
COUNT, KILLS, WORKERS, BOXES = int(os.environ.get("VIGIE_TEST_DELIVERIES", "5000")), 20, 3, 40
POISON = 60  # one row in so many can't be sent, each in one of four ways
PUT = """
from django.db import transaction
from vigie.post.actions import Parcel, enqueue
BAD = ("mail", "p0", " "), ("pigeon", "p0", "t"), ("mail", "nobody", "t"), ("mail", "x\\n y", "t")
def parcel(n):
    bad = n % {poison} == {poison} - 1
    channel, who, text = BAD[n // {poison} % 4] if bad else ("mail", f"p{{n % {boxes}}}", "Arrêt.\\n" * 40)
    body = {{"subject": "Panne", "text": text}}
    return Parcel(f"k:{{n}}", f"{{who}}@centre.test", "fr", "t", body, channel=channel)
with transaction.atomic():
    enqueue(parcel(n) for n in range({count}))
"""


def put(seen: OutboxSeen, count: int, poison: int = 10**9) -> None:
    seen.desk.python(PUT.format(boxes=BOXES, poison=poison, count=count))


def arrived(lab: MailLab) -> Counter[str]:
    """How often each mail is in a mailbox, by its Message-ID."""
    lab.wait_until_delivered(seconds=300)
    return Counter(found for n in range(BOXES) for found in lab.message_ids(f"p{n}@centre.test"))


def ids(seen: OutboxSeen, keys: set[str]) -> set[str]:
    """The Message-IDs of these deliveries."""
    marks = dict(seen.ask("SELECT key, mark FROM post_delivery"))
    return {f"<{marks[key]}@centre.test>" for key in keys}


def wait(seen: OutboxSeen, until: Callable[[], bool], seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, f"{seen.states()}\n{seen.desk.log.read_text('utf-8')[-3000:]}"
        time.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def seen(request: pytest.FixtureRequest, mail_lab: MailLab, tmp_path: Path) -> Iterator[OutboxSeen]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with desk_on(request.param, tmp_path, url, VIGIE_MAIL_PORT=str(mail_lab.smtp_port)) as outbox:
        yield outbox


def test_three_workers_killed_twenty_times_lose_nothing(seen: OutboxSeen, mail_lab: MailLab) -> None:
    chance = random.Random(1207)  # noqa: S311 # chance that repeats itself, no secret
    put(seen, COUNT, POISON)
    bad = {f"k:{n}" for n in range(COUNT) if n % POISON == POISON - 1}
    workers = [seen.desk.start("worker") for _ in range(WORKERS)]
    in_the_air: set[str] = set()
    try:
        for kill in range(1, KILLS + 1):
            goal = COUNT * kill // (KILLS + 2) + chance.randrange(COUNT // 50)
            wait(seen, lambda goal=goal: seen.settled() >= goal)
            time.sleep(chance.random() / 20)  # anywhere between two steps
            in_the_air |= _kill(seen, workers, chance.randrange(WORKERS))
        wait(seen, lambda: seen.settled() == COUNT)
    finally:
        for worker in workers:
            stop(worker, seconds=30)
    ends = {worker.returncode for worker in workers}
    assert ends <= {0, -signal.SIGTERM}  # the latter: it was told to stop before it had begun

    assert seen.states() == {"done": COUNT - len(bad), "set_apart": len(bad)}
    apart = {key for (key,) in seen.ask("SELECT key FROM post_delivery WHERE state = 'set_apart'")}
    assert apart == bad
    found = arrived(mail_lab)
    assert set(found) == ids(seen, {f"k:{n}" for n in range(COUNT)} - bad)  # all of them, and nothing else
    repeated = {name for name, times in found.items() if times > 1}
    assert repeated <= ids(seen, in_the_air)
    assert len(in_the_air) <= KILLS * TOGETHER
    print(f"{COUNT} mails, {KILLS} kills: {len(in_the_air)} in the air at a kill, {len(repeated)} came twice")


def _kill(seen: OutboxSeen, workers: list[subprocess.Popen[bytes]], which: int) -> set[str]:
    """Kill one, let its leases run out, start another in its place; returns what it had in the air."""
    worker = workers[which]
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    in_the_air = seen.bury(worker.pid)
    workers[which] = seen.desk.start("worker")
    return in_the_air


def test_postgresql_crashes_in_the_middle(
    postgres_lab: PostgresLab, mail_lab: MailLab, tmp_path: Path
) -> None:
    count = 600
    with desk_on("postgresql", tmp_path, postgres_lab.url, VIGIE_MAIL_PORT=str(mail_lab.smtp_port)) as seen:
        put(seen, count)
        workers = [seen.desk.start("worker") for _ in range(2)]
        try:
            wait(seen, lambda: seen.settled() >= count // 4)
            postgres_lab.stop("immediate")
            time.sleep(1)
            postgres_lab.start()
            wait(seen, lambda: seen.states() == {"done": count})
        finally:
            for worker in workers:
                stop(worker, seconds=30)
        assert {worker.returncode for worker in workers} == {0}
        found = arrived(mail_lab)
        assert set(found) == ids(seen, {f"k:{n}" for n in range(count)})
        assert sum(found.values()) - count <= len(workers) * TOGETHER


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"No small disk can be mounted here (it takes root): {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_stops_the_sending_and_loses_nothing(
    small_disk: Path, small_smtp: SmallSmtp, tmp_path: Path
) -> None:
    count = 400
    environment = {"VIGIE_MAIL_PORT": str(small_smtp.smtp_port), "VIGIE_STORE_DATA": str(small_disk)}
    with desk_on("sqlite", tmp_path, "", **environment) as seen:
        put(seen, count)
        worker = seen.desk.start("worker")
        try:
            wait(seen, lambda: seen.settled() > 0, 120)
            _fill(small_disk / "filler")
            wait(seen, lambda: "disk is full" in seen.desk.log.read_text("utf-8"), 120)
            assert worker.poll() is None
            assert seen.settled() < count
            told = seen.desk.run("delivery", "list", "--json", "--limit", "1")  # reading still works …
            assert told.returncode == 0, told.stderr
            assert '"waiting"' in told.stdout or '"leased"' in told.stdout
            (small_disk / "filler").unlink()
            wait(seen, lambda: seen.states() == {"done": count})
        finally:
            stop(worker, seconds=30)
        assert worker.returncode == 0
    found = [mail["Message-ID"] for n in range(BOXES) for mail in small_smtp.messages(f"p{n}@centre.test")]
    assert set(found) == ids(seen, {f"k:{n}" for n in range(count)})
    assert len(found) - count <= TOGETHER


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as filler:
        for size in (65536, 4096, 512, 1):
            with suppress(OSError):  # no space left
                while filler.write(b"\0" * size):
                    pass
    assert os.statvfs(path.parent).f_bavail == 0
