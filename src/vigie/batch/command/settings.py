"""What an administrator says of a home-made batch system."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vigie.contracts.batch import JOBS, STATES, JobKey, Refusal
from vigie.contracts.channel import BadConfiguration, ChannelConfig, Setting

CLUSTER = Setting("cluster", "name under which its jobs are kept")
RUNNING = Setting("running", "command that prints the jobs that it has now, as a list of arguments")
FINISHED = Setting("finished", "command that prints the jobs that ended between {since} and {until}")
KILL = Setting("kill", "command that kills {job_id}; empty: it can't")
HOLD = Setting("hold", "command that holds {job_id}; empty: it can't")
REQUEUE = Setting("requeue", "command that requeues {job_id}; empty: it can't")
COLUMNS = Setting("columns", "table: a job's column = its name in what is printed")
STATES_ = Setting("states", "table: a state as printed = one of ours")
UNITS = Setting(
    "units",
    "table: a job's column = its unit as printed: ms, s, min, h, d, B, KiB, MiB, GiB, TiB, kB, MB, GB, TB",
)
TIME_FORMAT = Setting("time_format", "of {since} and {until}: as for strftime, or epoch", "%Y-%m-%dT%H:%M:%S")
ZONE = Setting("zone", "zone of times without one, in what is asked and printed", "UTC")
SECONDS = Setting("seconds", "how long one command may take", 60)
AWAY_CODES = Setting("away_codes", "exit codes that mean: not now, ask again later; a list of numbers", "75")
ALL = (
    CLUSTER,
    RUNNING,
    FINISHED,
    KILL,
    HOLD,
    REQUEUE,
    COLUMNS,
    STATES_,
    UNITS,
    TIME_FORMAT,
    ZONE,
    SECONDS,
    AWAY_CODES,
)

SIZES = {
    "ms": 0.001,
    "s": 1,
    "min": 60,
    "h": 3600,
    "d": 86400,
    "B": 1,
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "TB": 1e12,
} | {unit: 1024.0**power for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB"), start=1)}
MEASURED = {"elapsed_s", "cpu_s", "limit_s", "memory_asked_b", "memory_used_b"}
OF_A_WINDOW = {"since", "until"}
OF_A_JOB = {"job_id", "user", "submitted", "started"}
_PLACE = re.compile(r"\{([^{}]*)\}")
_HARMLESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@+\[\]=,/-]*")


@dataclass(frozen=True)
class CommandSettings:
    """The same, read and checked."""

    cluster: str
    running: tuple[str, ...]
    finished: tuple[str, ...]
    acts: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, str]
    states: Mapping[str, str]
    units: Mapping[str, float]
    time_format: str
    zone: str
    seconds: int
    away_codes: frozenset[int]

    def moment(self, moment: datetime) -> str:
        """As the commands want it."""
        if self.time_format == "epoch":
            return str(int(moment.timestamp()))
        return moment.astimezone(UTC if self.zone == "UTC" else ZoneInfo(self.zone)).strftime(
            self.time_format
        )


def read(config: ChannelConfig) -> CommandSettings:
    """Raises BadConfiguration: which one, and what it should be."""
    values = config.values
    cluster = config.text(CLUSTER).strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", cluster):
        raise BadConfiguration(f"cluster: {cluster!r} must be a name of letters, digits, '.', '_' and '-'")
    zone = config.text(ZONE)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise BadConfiguration(f"zone: {zone!r} is no time zone; write Europe/Paris or the like") from None
    acts = {
        setting.name: arguments(setting.name, values[setting.name], OF_A_JOB)
        for setting in (KILL, HOLD, REQUEUE)
        if values.get(setting.name)
    }
    for name, act in acts.items():
        if not any("{job_id}" in argument for argument in act):
            raise BadConfiguration(f"{name}: {{job_id}} must stand in it, or it would act on something else")
    return CommandSettings(
        cluster=cluster,
        running=arguments("running", values.get("running"), set()),
        finished=arguments("finished", values.get("finished"), OF_A_WINDOW),
        acts=acts,
        columns=_table("columns", values.get("columns", {}), JOBS.names, None),
        states=_table("states", values.get("states", {}), None, STATES),
        units={
            name: SIZES[unit]
            for name, unit in _table("units", values.get("units", {}), MEASURED, SIZES).items()
        },
        time_format=config.text(TIME_FORMAT),
        zone=zone,
        seconds=config.whole(SECONDS, least=1),
        away_codes=_codes(values.get("away_codes", [75])),
    )


def arguments(name: str, value: object, places: set[str]) -> tuple[str, ...]:
    """A command as a list: a shell never sees it. Raises BadConfiguration."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise BadConfiguration(
            f'{name}: must be a list of arguments like ["/usr/bin/tool", "--all"], not one text'
        )
    if not all(isinstance(part, str) for part in value) or not value[0].startswith("/"):
        raise BadConfiguration(f"{name}: must be texts, the first of them the absolute path of the command")
    for part in value:
        for place in _PLACE.findall(part):
            if place not in places:
                known = ", ".join(f"{{{one}}}" for one in sorted(places)) or "nothing"
                raise BadConfiguration(f"{name}: {{{place}}} is not known here; {known} is")
    return tuple(value)


def filled(command: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """The command with its places filled. The values are ours (times)."""
    return [_PLACE.sub(lambda place: values[place[1]], part) for part in command]


def filled_for(command: Sequence[str], job: JobKey, user: str, settings: CommandSettings) -> list[str]:
    """The command for one job. What comes from outside must not look like an option or worse. Raises Refusal."""
    values = {"job_id": job.job_id, "user": user}
    for what, moment in (("submitted", job.submitted), ("started", job.started)):
        values[what] = settings.moment(moment) if moment else ""
    needed = {place for part in command for place in _PLACE.findall(part)}
    for what in needed & {"job_id", "user"}:
        if not _HARMLESS.fullmatch(values[what]):
            raise Refusal(
                f"{what} {values[what][:80]!r} can't be handed to {command[0]}: it has odd characters"
            )
    for what in needed & {"submitted", "started"}:
        if not values[what]:
            raise Refusal(f"{command[0]} needs the time that {job.job_id} {what}, and it is not known")
    return filled(command, values)


def _table(name: str, value: object, keys: Sequence[str] | set[str] | None, values: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise BadConfiguration(f"{name}: must be a table of texts like [batch.farm.{name}]")
    for key, one in value.items():
        if keys is not None and key not in keys:
            raise BadConfiguration(f"{name}: {key!r} is not one of {', '.join(sorted(keys))}")
        if values is not None and one not in values:  # type: ignore[operator]  # a tuple or a dict
            raise BadConfiguration(f"{name}.{key}: {one!r} is not one of {', '.join(values)}")  # type: ignore[arg-type]  # same
    return dict(value)


def _codes(value: object) -> frozenset[int]:
    if not isinstance(value, Sequence) or not all(isinstance(code, int) for code in value):
        raise BadConfiguration("away_codes: must be a list of numbers like [75]")
    return frozenset(value)
