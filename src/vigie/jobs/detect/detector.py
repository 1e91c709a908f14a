"""What a detector is: a name, words, thresholds with their sources, and one pure expression."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

ATTEMPT = ("cluster", "job_id", "submitted", "started")
"""The columns that name one attempt of one job."""

LOST = "greatest((elapsed_s - outage_s) * cores - cpu_s, 0.0) / 3600.0"
"""Core-hours that an attempt held and did not use; the time of an outage is not its own loss."""


class Unit(StrEnum):
    """What a number is, so that it can be said in words."""

    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    CORES = "cores"
    CORE_HOURS = "core-hours"
    BYTES = "bytes"
    COUNT = "count"
    DEVIATIONS = "deviations"


class Words(NamedTuple):
    """The same words in both languages."""

    en: str
    fr: str


@dataclass(frozen=True)
class Threshold:
    """A number that a detector compares with. `source` says who uses it, or why we do."""

    name: str
    default: float
    unit: Unit
    about: Words
    source: Words


@dataclass(frozen=True)
class Number:
    """A number that a flag reports: its expression over the detector's rows, and what it is."""

    sql: str
    unit: Unit


@dataclass(frozen=True)
class Detector:
    """One kind of bad job.

    The expressions are DuckDB SQL over one row of the relation `judged` (see `guards`); `{name}` stands for a threshold,
    the detector's own or a guard's. `measured` says whether what `when` needs is known and makes sense: where it is
    not true the attempt is unknown to this detector, never flagged. `applies` says which attempts are its business at
    all. `beside` is a SELECT whose rows are joined to `judged` on the columns `on`, and bring the columns `brings`. An
    `advice` detector reports what a user should mend though no core-hour was lost by it: it takes no part in the
    synthesis. `lost` is what the attempt lost, in core-hours; of several detectors the largest counts.
    """

    name: str
    title: Words
    about: Words
    formula: str
    example: Words
    thresholds: tuple[Threshold, ...]
    when: str
    why: Words
    numbers: Mapping[str, Number]
    measured: str = "cpu_known"
    applies: str = "settled"
    lost: str = LOST
    advice: bool = False
    beside: str = ""
    on: tuple[str, ...] = ATTEMPT
    brings: tuple[str, ...] = ()
    needs_samples: bool = False
