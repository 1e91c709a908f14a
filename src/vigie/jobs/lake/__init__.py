"""The history of the farm's jobs as Parquet files, and the engine that answers SQL over them. No Django."""

from vigie.jobs.lake.engine import Bounds, DuckEngine, Engine, EngineTrouble, FilesTrouble, Reading
from vigie.jobs.lake.folder import LakeTrouble, SetApart
from vigie.jobs.lake.lake import Lake, Written
from vigie.jobs.lake.origin import with_origin

__all__ = [
    "Bounds",
    "DuckEngine",
    "Engine",
    "EngineTrouble",
    "FilesTrouble",
    "Lake",
    "LakeTrouble",
    "Reading",
    "SetApart",
    "Written",
    "with_origin",
]
