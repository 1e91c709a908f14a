"""The verbs over findings, exemptions, places and windows; everybody imports them from here."""

from vigie.jobs.findings.actions.digest import digests_due, send_digests
from vigie.jobs.findings.actions.exempting import end_exemption, exempt, forget_exempter
from vigie.jobs.findings.actions.keeping import Found, Look, Share, forget_before, keep
from vigie.jobs.findings.actions.permissions import PERMISSIONS, FindingPermission
from vigie.jobs.findings.actions.places import Spot, Window, note_outage, save_places, spot_checker

__all__ = [
    "PERMISSIONS",
    "FindingPermission",
    "Found",
    "Look",
    "Share",
    "Spot",
    "Window",
    "digests_due",
    "end_exemption",
    "exempt",
    "forget_before",
    "forget_exempter",
    "keep",
    "note_outage",
    "save_places",
    "send_digests",
    "spot_checker",
]
