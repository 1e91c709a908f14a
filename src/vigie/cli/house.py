"""What the command line needs from rows above or beside its own; `vigie.config.entry` fills it in.

The doors don't know each other and nobody below knows the configuration, yet one program starts them all: so its
topmost package hands the command line these functions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One line of `vigie check-config`: what was looked at, whether it is in order, and what to do if not."""

    what: str
    ok: bool
    words: str


@dataclass(frozen=True)
class Essentials:
    """What can be known of the configuration without Django: the database's settings, the zone, the faults.

    `detect` holds the sections of detectors, as they stand in the file.
    """

    database: Mapping[str, Any]
    time_zone: str
    faults: Sequence[str]
    detect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class House:
    """`serve(listen, with_worker)` and `work()` return when they are asked to stop; so does `demo`."""

    serve: Callable[[str, bool], None]
    work: Callable[[], None]
    demo: Callable[[str, Path, bool], None]
    check_config: Callable[[bool], Sequence[Finding]]
    essentials: Callable[[], Essentials]
