"""A stranger's batch system: fixed jobs; it can be away, slow to record, or print rubbish."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from tests.support.jobs import batch, job
from vigie.contracts.batch import BatchInfo, JobFileInfo, Tally
from vigie.contracts.channel import ChannelConfig, Setting


@dataclass
class Farm:
    """What the far end has and does. `ended` are attempts in its records; `fails` is raised before it answers."""

    running: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    fails: Exception | None = None
    live_fails: Exception | None = None
    rubbish: bool = False
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    while_asked: Callable[[], None] = lambda: None


FARM = Farm()


class StrangersSystem:
    info = BatchInfo(
        name="stranger",
        title_en="a stranger's",
        title_fr="celui d'un inconnu",
        can=frozenset(),
        settings=(Setting("cluster", "its name", "farm"),),
    )

    def __init__(self, config: ChannelConfig) -> None:
        self.cluster = config.text(self.info.settings[0])

    def running(self, tally: Tally) -> Iterator[pa.RecordBatch]:
        if failure := FARM.live_fails or FARM.fails:
            raise failure
        yield batch(*FARM.running)

    def finished(self, since: datetime, until: datetime, tally: Tally) -> Iterator[pa.RecordBatch]:
        FARM.asked.append((since, until))
        FARM.while_asked()
        if FARM.fails:
            raise FARM.fails
        tally.note("a step without its job", 2)
        if FARM.rubbish:
            tally.put_aside(3, "no number of cores", "17|many|\x00")
            tally.note("a name with \x00 in it")
            yield pa.RecordBatch.from_pylist([{"x": 1}])
        found = [one for one in FARM.ended if since <= one["ended"] < until]
        for start in range(0, len(found), 10):
            tally.jobs += len(found[start : start + 10])
            yield batch(*found[start : start + 10])


class Lines:
    """A format of one number per line: the job that ended so many minutes after noon."""

    info: ClassVar[JobFileInfo] = JobFileInfo(name="lines", title_en="lines", title_fr="lignes")

    def read(self, path: Path, tally: Tally, **_how: Any) -> Iterator[pa.RecordBatch]:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.isdecimal():
                tally.put_aside(number, "not a number", line)
                continue
            tally.jobs += 1
            yield batch(job(int(line)))


def entry_points() -> dict[str, EntryPoint]:
    """As if installed."""
    return {
        "stranger": EntryPoint("stranger", "tests.support.stranger_farm:StrangersSystem", "vigie.batch"),
        "lines": EntryPoint("lines", "tests.support.stranger_farm:Lines", "vigie.jobfiles"),
    }
