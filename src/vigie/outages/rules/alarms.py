"""What to do with an alarm, and how much of a storm the log takes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vigie.notices.rules import Effect

ALARM_EFFECTS = {
    "critical": Effect.DOWN,
    "page": Effect.DOWN,
    "error": Effect.DEGRADED,
    "warning": Effect.AT_RISK,
}
DECLARING_SEVERITIES = frozenset({"critical", "page", "error", ""})


class AlarmVerdict(StrEnum):
    DECLARE = "declare"  # opens an outage
    ATTACH = "attach"  # belongs to one that is open
    PROPOSE_END = "propose_end"
    SHOW = "show"  # on the desk, for a person to judge
    NOTE = "note"  # known already: counted, nothing else


@dataclass(frozen=True)
class AlarmSituation:
    """An alarm that arrives, and what is known of it.

    `fires_already`: this fingerprint does. `own_outage_open`: it belongs to an outage that goes on. `judged_over`: its
    outage was ended while it fired, or was a false alarm. `service_outage_open`: its service is in an outage that goes
    on. `settled_at`: the severity at which a person said that there is nothing more to do; None if nobody did.
    """

    firing: bool
    severity: str
    service_known: bool
    service_outage_open: bool
    fires_already: bool = False
    own_outage_open: bool = False
    judged_over: bool = False
    settled_at: str | None = None


def judge_alarm(alarm: AlarmSituation) -> AlarmVerdict:
    """What to do with an alarm. It never ends anything: where it resolves, the end is proposed."""
    if not alarm.firing:
        return AlarmVerdict.PROPOSE_END if alarm.own_outage_open else AlarmVerdict.NOTE
    if alarm.own_outage_open:
        return AlarmVerdict.NOTE if alarm.fires_already else AlarmVerdict.ATTACH
    declares = alarm.severity in DECLARING_SEVERITIES
    worse = declares and alarm.settled_at not in DECLARING_SEVERITIES
    if alarm.settled_at is not None and not worse:
        return AlarmVerdict.NOTE
    if alarm.service_outage_open:
        return AlarmVerdict.ATTACH
    return (
        AlarmVerdict.DECLARE
        if alarm.service_known and declares and not alarm.judged_over
        else AlarmVerdict.SHOW
    )


FLAP_WINDOW = timedelta(minutes=30)
LINES_PER_WINDOW = 5
LINES_WINDOW = timedelta(minutes=10)


def flaps(*, resolved_at: datetime | None, now: datetime) -> bool:
    """Whether an alarm that fires again is still the same one: it stopped only minutes ago."""
    return resolved_at is not None and now - resolved_at <= FLAP_WINDOW


class LogRoom(StrEnum):
    """How much of an alarm storm the inside log takes, so that people's own lines stay readable."""

    LINE = "line"
    LAST = "last"  # this line says that further ones are only listed
    FULL = "full"


def log_room(recent: Sequence[datetime], now: datetime) -> LogRoom:
    """`recent` are the times of the outage's alarm lines: five in ten minutes, then one that says why no more."""
    lately = sum(1 for at in recent if now - at < LINES_WINDOW)
    if lately < LINES_PER_WINDOW:
        return LogRoom.LINE
    return LogRoom.LAST if lately == LINES_PER_WINDOW else LogRoom.FULL


SUMMARIES_IN_A_LINE = 3


def bundled(summaries: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The summaries that one line of the log shows, and how many more there are; each text once."""
    distinct = list(dict.fromkeys(summaries))
    return tuple(distinct[:SUMMARIES_IN_A_LINE]), len(summaries) - min(len(distinct), SUMMARIES_IN_A_LINE)
