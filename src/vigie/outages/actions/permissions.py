"""Which role holds which permission over outages."""

from vigie.kernel.access import Permission
from vigie.people.rules import Role


class OutagePermission(Permission):
    SEE = "outages.see"
    DECLARE = "outages.declare"
    LOG = "outages.log"
    STEER = "outages.steer"
    TELL = "outages.tell"
    REPORT_ALARM = "outages.report_alarm"
    JUDGE_ALARM = "outages.judge_alarm"


_EITHER_GROUP = frozenset({Role.OPERATOR, Role.SUPPORT, Role.LEAD})

PERMISSIONS = {
    OutagePermission.SEE: frozenset(Role),
    OutagePermission.DECLARE: _EITHER_GROUP,
    OutagePermission.LOG: _EITHER_GROUP,
    OutagePermission.STEER: _EITHER_GROUP,
    OutagePermission.TELL: _EITHER_GROUP,
    OutagePermission.REPORT_ALARM: frozenset(
        Role
    ),  # whoever's token monitoring carries; its scope narrows it
    OutagePermission.JUDGE_ALARM: _EITHER_GROUP,
}
