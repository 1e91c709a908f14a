"""What Valmorin's desk already knows when the demo begins: two weeks of jobs, two days of looks, the map of its farm."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings

from vigie.demo import farm
from vigie.demo.farm_facts import CLUSTER, NODES, QUEUE, SMALL_QUEUE
from vigie.jobs.findings import synthesis
from vigie.jobs.findings.actions import Spot, save_places
from vigie.jobs.findings.queries.farm import lake
from vigie.jobs.models import BatchSource
from vigie.kernel.access import System
from vigie.kernel.clock import clock

SOURCE = "farm"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HISTORY = 15 * DAY
JUDGED = (2 * DAY, timedelta(0))  # how long ago what ran then had been judged
FIRST_DAY_JUDGED = 8  # how many days ago what ended then had been; the worker sees to those since
# how far back the desk has looked at running jobs, and how often
LOOKS = ((12 * HOUR, HOUR / 2), (2 * DAY, 3 * HOUR))


def fill(now: datetime) -> None:
    """History, looks and map, in the order of time; from then on the worker asks the farm by itself."""
    _places()
    where, told = lake(), now - HISTORY
    for ago in JUDGED:
        until = now - ago
        where.write_jobs(_ended(told, until), until)
        for moment in looks(now):
            if told < moment <= until:
                where.write_sample(CLUSTER, [farm.live(moment)], moment)
        with clock.travel(until):
            synthesis.look_at_running()
        told = until
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    synthesis.look_at_day(today - FIRST_DAY_JUDGED * DAY)
    there = Counter(farm.live(now).column("state").to_pylist())
    moments = {"until": now, "asked_at": now, "sampled_at": now}
    BatchSource.objects.update_or_create(
        name=SOURCE,
        defaults={
            "adapter": "demo",
            "cluster": CLUSTER,
            "running": there["running"],
            "waiting": there["waiting"],
            **moments,
        },
    )


def looks(now: datetime) -> list[datetime]:
    """The moments at which somebody had looked, oldest first; the last is now."""
    found = {now}
    for far, every in LOOKS:
        found |= {now - step * every for step in range(int(far / every) + 1)}
    return sorted(found)


def _ended(start: datetime, until: datetime) -> Iterator[pa.RecordBatch]:
    while start < until:
        end = min(start + DAY, until)
        yield farm.ended(start, end)
        start = end


def _places() -> None:
    spots = [Spot(CLUSTER, "cluster", CLUSTER, service="farm")]
    spots += [Spot(CLUSTER, "queue", queue, service="farm") for queue in (QUEUE, SMALL_QUEUE)]
    spots += [Spot(CLUSTER, "node", name, rack=name[:3], room="1" if name < "r07" else "2") for name in NODES]
    save_places(System("demo"), spots)


def refresh(now: datetime) -> None:
    """A demo made before the farm gets it; one that slept catches up by itself, as after any pause."""
    if not BatchSource.objects.filter(name=SOURCE).exists():
        fill(now)
