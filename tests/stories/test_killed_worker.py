"""Story: workers are killed at random while 300 mails leave; none is lost, and a repeat can be recognised.

Runs on any machine; with Postfix and PostgreSQL, and thousands: test_nothing_lost.
"""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.processes import stop
from tests.support.small_smtp import SmallSmtp
from vigie.post.flight import TOGETHER

MAILS, KILLS = 300, 5
PUT = f"""
from django.db import transaction
from vigie.post.actions import Parcel, enqueue
with transaction.atomic():
    enqueue(Parcel(f"k:{{n}}", f"p{{n}}@centre.test", "fr", "t", {{"subject": "s", "text": "t"}}) for n in range({MAILS}))
"""
# An hour passes: what the dead held is anybody's.
AN_HOUR_LATER = """
from datetime import timedelta
from vigie.kernel.clock import now
from vigie.kernel.models import ModuleRun
from vigie.post.models import Delivery
Delivery.objects.filter(state="leased").update(leased_until=now() - timedelta(minutes=55))
ModuleRun.objects.filter(leased_until__isnull=False).update(leased_until=now() - timedelta(minutes=55))
"""
STATES = """
from collections import Counter
from vigie.post.models import Delivery
print(dict(Counter(Delivery.objects.values_list("state", flat=True))))
"""


@pytest.fixture
def desk(small_smtp: SmallSmtp, tmp_path: Path) -> Desk:
    return Desk(tmp_path, {"VIGIE_MAIL_PORT": str(small_smtp.smtp_port)})


@pytest.mark.slow
def test_no_mail_is_lost_when_workers_are_killed(desk: Desk, small_smtp: SmallSmtp) -> None:
    chance = random.Random(22)  # noqa: S311 # chance that repeats itself, no secret
    desk.must("migrate")
    desk.python(PUT)
    for kill in range(1, KILLS + 1):
        worker = desk.start("worker")
        _wait_for_mails(small_smtp, kill * 45 + chance.randrange(10))
        time.sleep(chance.random() / 50)  # anywhere between two steps
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        desk.python(AN_HOUR_LATER)
    worker = desk.start("worker")
    deadline = time.monotonic() + 120
    while f"{{'done': {MAILS}}}" not in desk.python(STATES):
        assert time.monotonic() < deadline, desk.python(STATES) + desk.log.read_text("utf-8")[-3000:]
    stop(worker)
    assert worker.returncode == 0

    got = {f"p{n}": small_smtp.messages(f"p{n}@centre.test") for n in range(MAILS)}
    assert [name for name, mails in got.items() if not mails] == []
    repeats = Counter({name: len(mails) - 1 for name, mails in got.items() if len(mails) > 1})
    assert sum(repeats.values()) <= KILLS * TOGETHER  # only what was in flight
    for name in repeats:
        assert len({mail["Message-ID"] for mail in got[name]}) == 1


def _wait_for_mails(small_smtp: SmallSmtp, count: int) -> None:
    log, deadline = small_smtp.folder / "log", time.monotonic() + 60
    while not log.exists() or log.read_text("utf-8").count("kept") < count:
        assert time.monotonic() < deadline, "the worker sends nothing"
        time.sleep(0.002)
