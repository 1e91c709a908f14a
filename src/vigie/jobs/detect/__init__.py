"""Finding the bad jobs: detectors, guards against false alarms, and what each flag says.

No Django here. `flag(engine, now=…)` looks at every attempt of the relation `prepared` (and of `samples`, if there is
one) and leaves `flags` (a row per attempt and detector) and `bad` (a row per attempt, its loss once) in the engine.
"""

from vigie.jobs.detect.detector import Detector, Threshold, Unit, Words
from vigie.jobs.detect.detectors import detectors, get
from vigie.jobs.detect.flagging import Flags, flag
from vigie.jobs.detect.thresholds import Thresholds
from vigie.jobs.detect.words import why

__all__ = ["Detector", "Flags", "Threshold", "Thresholds", "Unit", "Words", "detectors", "flag", "get", "why"]
