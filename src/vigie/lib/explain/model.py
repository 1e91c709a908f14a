"""What an explanation is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vigie.lib.explain.sentences import PHRASES, Phrase, Value, sentence

__all__ = ["Explanation", "Finding", "Value"]


@dataclass(frozen=True)
class Finding:
    """One cause: every row that has these values.

    `jobs`, `flagged` and `lost` count all its rows; `added` is the loss that no finding before it in the list has.
    `risk_ratio` and `interval` compare its rows with all others, the rows of the other findings left out on both
    sides: a cause is not hidden by a worse one, nor does it live on another's flags. The interval is simultaneous:
    95 % for all combinations tried together. `since` is the first flagged row after its rate rose, if a time
    column was given.
    """

    where: Mapping[str, Value]
    jobs: int
    flagged: int
    lost: float
    risk_ratio: float
    interval: tuple[float, float]
    added: float
    since: datetime | None = None


@dataclass(frozen=True)
class Explanation:
    """`findings` explain all of `lost` but `unexplained`; the greatest addition comes first.

    `tried` is the number of combinations that could have been found: what the intervals are corrected for.
    `weighed` false: no loss was given, `lost` counts flagged rows, and the sentences are silent about it.
    """

    jobs: int
    flagged: int
    lost: float
    findings: tuple[Finding, ...]
    unexplained: float
    tried: int
    weighed: bool = True

    def to_json(self, phrases: Mapping[str, Phrase] = PHRASES, *, unit: str = "") -> dict[str, Any]:
        """The explanation as JSON has it: finite numbers, and a sentence in French and in English per finding.

        `unit`: what the loss counts, if not core-hours, for the sentences; the keys stay.
        """
        return {
            "jobs": self.jobs,
            "flagged": self.flagged,
            "lost_core_hours": round(self.lost, 3),
            "findings": [
                {
                    "where": dict(finding.where),
                    "jobs": finding.jobs,
                    "flagged": finding.flagged,
                    "lost_core_hours": round(finding.lost, 3),
                    "risk_ratio": round(finding.risk_ratio, 3),
                    "interval": [round(bound, 3) for bound in finding.interval],
                    "sentence": {
                        "fr": sentence(finding, "fr", phrases, weighed=self.weighed, unit=unit),
                        "en": sentence(finding, "en", phrases, weighed=self.weighed, unit=unit),
                    },
                }
                for finding in self.findings
            ],
            "unexplained_core_hours": round(self.unexplained, 3),
        }
