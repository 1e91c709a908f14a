"""The tables of findings; everybody imports them from here."""

from vigie.jobs.findings.models.exemptions import EXEMPTION_LABELS, Exemption
from vigie.jobs.findings.models.findings import (
    BASIS_LABELS,
    COURSE_LABELS,
    Finding,
    FindingMeasure,
    FindingShare,
    Synthesis,
)
from vigie.jobs.findings.models.places import OutageWindow, Place

__all__ = [
    "BASIS_LABELS",
    "COURSE_LABELS",
    "EXEMPTION_LABELS",
    "Exemption",
    "Finding",
    "FindingMeasure",
    "FindingShare",
    "OutageWindow",
    "Place",
    "Synthesis",
]
