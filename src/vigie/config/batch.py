"""`[batch.NAME]`: batch systems that the worker asks. What an adapter reads beside these keys is its own to say."""

import re
from collections.abc import Mapping
from typing import Any

from vigie.config import readers
from vigie.jobs.rules import Asked

KEYS: dict[str, tuple[Any, Any, str]] = {
    "adapter": ("", readers.text, "the adapter's name, as “slurm”"),
    "interval": (300, readers.count, "seconds between two looks"),
    "overlap_minutes": (60, readers.natural, "how far back each look goes again, for what was recorded late"),
    "window_minutes": (120, readers.count, "the longest time that is asked for at once"),
    "window_jobs": (
        100_000,
        readers.count,
        "ended jobs in one answer; more, and smaller times are asked for",
    ),
    "first_days": (1, readers.natural, "how far back the first look goes"),
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read(table: Any) -> tuple[dict[str, Asked], list[tuple[str, str]]]:
    """The good ones by name, and of the others (option, what is wrong with it); no value is repeated."""
    if not isinstance(table, dict):
        return {}, [("batch", "must be sections like [batch.farm]")]
    good: dict[str, Asked] = {}
    faults: list[tuple[str, str]] = []
    for name, values in table.items():
        found = _one(str(name), values, faults)
        if found is not None:
            good[name] = found
    return good, faults


def _one(name: str, values: Any, faults: list[tuple[str, str]]) -> Asked | None:
    option, before = f"batch.{name}", len(faults)
    if not isinstance(values, Mapping):
        faults.append((option, "must be a section like [batch.farm]"))
        return None
    if not _NAME.fullmatch(name):
        faults.append((option, "its name must be of small letters, digits and hyphens, 40 at most"))
    taken: dict[str, Any] = {}
    for key, (default, reader, _about) in KEYS.items():
        try:
            taken[key] = reader(values.get(key, default))
        except ValueError as error:
            faults.append((f"{option}.{key}", str(error)))
    if not taken.get("adapter", "-"):
        faults.append((f"{option}.adapter", "is missing: name an installed adapter"))
    if len(faults) > before:
        return None
    return Asked(**taken, settings={key: value for key, value in values.items() if key not in KEYS})
