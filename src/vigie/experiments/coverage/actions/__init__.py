"""The verbs over coverage and taking-overs; everybody imports them from here."""

from vigie.experiments.coverage.actions.covering import change_level, cover, end, withdraw
from vigie.experiments.coverage.actions.handing import (
    close_taking_over,
    hand_on,
    reopen_taking_over,
    take_over,
)
from vigie.experiments.coverage.actions.permissions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.actions.telling import tell_of_holes

__all__ = [
    "PERMISSIONS",
    "CoveragePermission",
    "change_level",
    "close_taking_over",
    "cover",
    "end",
    "hand_on",
    "reopen_taking_over",
    "take_over",
    "tell_of_holes",
    "withdraw",
]
