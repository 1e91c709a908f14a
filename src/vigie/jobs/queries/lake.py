"""The desk's lake, where the options put it."""

from pathlib import Path

from django.conf import settings

from vigie.jobs.lake import Bounds, Lake
from vigie.jobs.lake.upkeep import Keep


def folder() -> Path:
    """`lake.folder`, or `lake` in the data folder."""
    named = settings.OPTIONS["lake.folder"]
    data: Path = settings.OPTIONS.data
    return Path(named).expanduser().resolve() if named else data / "lake"


def lake() -> Lake:
    """The desk's lake, with what an engine may take of the machine."""
    options = settings.OPTIONS
    return Lake(
        folder(), Bounds(options["lake.memory_mb"], options["lake.threads"], spill=options.data / "spill")
    )


def keep() -> Keep:
    """For how long what is kept."""
    options = settings.OPTIONS
    return Keep(options["keep.jobs_days"], options["keep.samples_days"], options["keep.samples_whole_days"])
