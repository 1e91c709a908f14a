"""One file per kind of bad job; each holds one `DETECTOR`. A new file is a new detector."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from vigie.jobs.detect.detector import Detector


@cache
def detectors() -> tuple[Detector, ...]:
    """Every detector, by name."""
    names = sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("test_"))
    found = [import_module(f"{__name__}.{name}").DETECTOR for name in names]
    return tuple(sorted(found, key=lambda detector: detector.name))


def get(name: str) -> Detector:
    """The detector of that name. Raises KeyError."""
    return {one.name: one for one in detectors()}[name]
