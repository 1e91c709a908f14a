"""Story: a real Slurm loses its accounting, then its controller, while jobs end; the history has no hole afterwards."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.slurm_lab import ADA, BRUNO, SLEEP, SlurmLab, until
from vigie.jobs import actions
from vigie.jobs.models import BatchSource
from vigie.jobs.queries import lake, standings
from vigie.jobs.rules import Asked
from vigie.kernel.clock import clock as the_clock

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def look(settings, tmp_path, slurm: SlurmLab) -> Callable[[], None]:
    """One look of the worker, in the time of the real clock."""
    settings.OPTIONS = settings.OPTIONS.moved(tmp_path)
    own = {"cluster": "valmorin", "conf": str(slurm.conf), "seconds": 10}
    settings.BATCH = {"farm": Asked("slurm", 60, 60, 120, 1000, 1, own)}

    def once() -> None:
        BatchSource.objects.update(sampled_at=None)
        actions.poll("farm")

    def until_caught_up() -> None:
        with the_clock.travel(datetime.now(UTC) + timedelta(seconds=1)):
            once()
            while BatchSource.objects.get().cursor:
                once()

    return until_caught_up


def known() -> set[str]:
    with lake().open() as engine:
        return {row["job_id"] for row in engine.rows("FROM jobs SELECT job_id")}


def running() -> set[str]:
    with lake().open() as engine:
        return {row["job_id"] for row in engine.rows("FROM latest SELECT job_id")}


def test_away_is_shown_and_then_caught_up_without_holes(look: Callable[[], None], slurm: SlurmLab) -> None:
    first, long = slurm.submit(ADA, SLEEP, "1"), slurm.submit(BRUNO, SLEEP, "600")
    slurm.wait_for(long, "RUNNING")
    slurm.wait_until_accounted(first)
    look()
    assert first in known()
    assert long in running()

    slurm.stop("slurmdbd")
    second = slurm.submit(ADA, SLEEP, "1")
    slurm.wait_for(second, "COMPLETED")
    look()
    [now] = standings()
    assert now.away
    assert now.problem
    assert long in running()  # the live side goes on

    slurm.start()
    slurm.wait_until_accounted(second, seconds=60)
    look()
    assert not standings()[0].away
    assert second in known()

    slurm.stop("slurmctld")
    look()
    assert standings()[0].away
    slurm.start()
    third = slurm.submit(BRUNO, SLEEP, "1")
    slurm.cancel_all()
    slurm.wait_until_accounted(third, long, seconds=60)
    until(lambda: (look(), time.sleep(1), not standings()[0].away)[2], 60, lambda: standings()[0].problem)
    assert {first, second, third, long} <= known()
    assert running() == set()
