"""Slurm's way of writing times, sizes, lists and states, said in the words of the contract.

Pure and cached, one text in, one value out; None: unknown. ValueError: not Slurm's, with the text in it. What the same
text means never depends on its row, except sizes per node or per CPU, which say so (`Size.per`). Readers of millions of
rows call these once for each distinct text.

Formats: sacct(1), squeue(1), slurm.conf(5) of 22.05 to 25.05; what real 22.05.8 printed stands in `samples/`.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from math import prod
from typing import Literal, NamedTuple

from vigie.contracts.batch import UNLIMITED_S, State

UNKNOWN = frozenset({"", "unknown", "none", "n/a", "(null)", "none assigned", "not_set", "invalid", "-"})
"""What Slurm prints where it has nothing to say, in lower case."""

STATES: dict[str, State] = {
    "BOOT_FAIL": "node-failed",
    "CANCELLED": "cancelled",
    "COMPLETED": "completed",
    "COMPLETING": "ending",
    "CONFIGURING": "running",  # its nodes are booting for it: nobody else can have them
    "DEADLINE": "timeout",
    "FAILED": "failed",
    "LAUNCH_FAILED": "node-failed",
    "NODE_FAIL": "node-failed",
    "OUT_OF_MEMORY": "out-of-memory",
    "PENDING": "waiting",
    "PREEMPTED": "preempted",
    "RECONFIG_FAIL": "node-failed",
    "REQUEUED": "requeued",
    "REQUEUE_FED": "waiting",
    "REQUEUE_HOLD": "held",
    "RESIZING": "running",
    "RESV_DEL_HOLD": "held",
    "REVOKED": "cancelled",  # a sibling cluster runs it instead
    "RUNNING": "running",
    "SIGNALING": "running",
    "SPECIAL_EXIT": "held",
    "STAGE_OUT": "ending",
    "STOPPED": "suspended",
    "SUSPENDED": "suspended",
    "TIMEOUT": "timeout",
}
HELD_REASONS = frozenset({"JobHeldUser", "JobHeldAdmin", "job_held_user", "job_held_admin"})

DURATION = re.compile(r"(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)(?:\.(\d+))?")
SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGTPE]?)(?:i?B)?([nc]?)", re.IGNORECASE)
STEP = re.compile(r"([^.]+)\.(.+)", re.DOTALL)
UNITS = {unit: 1024**power for power, unit in enumerate(("", "K", "M", "G", "T", "P", "E"))}
YEAR_S = 365 * 86400
"""What the scheduler writes for a job that has no limit, in some of its ways: seen on 22.05."""
MAX_NODES = 200_000
"""More names than any machine has nodes: a list that says so is broken."""


@lru_cache(maxsize=65536)
def duration(text: str) -> float | None:
    """Seconds of MM:SS, MM:SS.mmm, HH:MM:SS or D-HH:MM:SS; also bare seconds, as ElapsedRaw and squeue have them.

    Negative ones (a clock that was set back) are unknown.
    """
    text = text.strip()
    if text.lower() in UNKNOWN or text.startswith("-"):
        return None
    if text.isdecimal():
        return float(text)
    found = DURATION.fullmatch(text)
    if found is None:
        if short := re.fullmatch(r"(\d+)-(\d+)(?::(\d+))?", text):  # D-HH, D-HH:MM: as users write limits
            days, hours, minutes = (int(part or 0) for part in short.groups())
            return float((days * 24 + hours) * 3600 + minutes * 60)
        raise ValueError(f"not a duration: {text!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:4])
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds + float(f"0.{found[5] or 0}")


@lru_cache(maxsize=4096)
def limit(text: str) -> int | None:
    """Seconds of a Timelimit; UNLIMITED_S; None for Partition_Limit: what that was then, the text does not say."""
    lowered = text.strip().lower()
    if lowered in {"unlimited", "infinite"}:
        return UNLIMITED_S
    if lowered == "partition_limit":
        return None
    seconds = duration(text)
    return None if seconds is None else UNLIMITED_S if seconds == YEAR_S else int(seconds)


def queue_limit(text: str) -> int | None:
    """Of a partition's MaxTime or DefaultTime: seconds, None: there is none."""
    seconds = limit(text)
    return None if seconds == UNLIMITED_S else seconds


@lru_cache(maxsize=65536)
def moment(text: str) -> datetime | None:
    """2026-11-22T15:28:39, asked for in UTC, or seconds since 1970; 0 is unknown."""
    text = text.strip()
    if text.lower() in UNKNOWN:
        return None
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC) if int(text) else None
        parsed = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"not a time: {text[:80]!r}") from None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


class Size(NamedTuple):
    """Bytes, of the whole job or for each of its nodes or CPUs (ReqMem before 21.08 ends in n or c)."""

    bytes: int
    per: Literal["job", "node", "cpu"] = "job"

    def of_job(self, nodes: int | None, cpus: int | None) -> int | None:
        """Of the whole job; None if how many it has of them is unknown."""
        count = {"job": 1, "node": nodes, "cpu": cpus}[self.per]
        return None if not count else self.bytes * count


@lru_cache(maxsize=65536)
def size(text: str, unit: str = "") -> Size | None:
    """4G, 100M, 3252224, 4000Mn, 2.5Gc; `unit` of a number without one. 0 (all that the node has) is unknown."""
    text = text.strip()
    if text.lower() in UNKNOWN:
        return None
    found = SIZE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a size: {text!r}")
    number = int(float(found[1]) * UNITS[found[2].upper() or unit])
    per: Literal["job", "node", "cpu"] = {"n": "node", "c": "cpu"}.get(found[3].lower(), "job")  # type: ignore[assignment]  # dict.get
    return Size(number, per) if number else None


@lru_cache(maxsize=65536)
def tres(text: str) -> dict[str, str]:
    """{"cpu": "00:00:43", "mem": "16404K", …} of cpu=00:00:43,mem=16404K. Don't change it: it is shared."""
    pairs = (part.partition("=") for part in text.split(","))
    return {name.strip(): value.strip() for name, mark, value in pairs if mark}


@lru_cache(maxsize=65536)
def node_names(text: str) -> tuple[str, ...]:
    """Each name of n[1-3,07-09]x,login1: numbers keep their zeros; several brackets multiply."""
    if text.strip().lower() in UNKNOWN:
        return ()
    names: list[str] = []
    for item in re.findall(r"(?:[^,\[]|\[[^\]]*(?:\]|$))+", text.strip()):
        if item.count("[") != item.count("]"):
            raise ValueError(f"not a list of nodes: {text[:80]!r}")
        parts = [
            _numbers(part[1:-1]) if part[:1] == "[" else [part] for part in re.split(r"(\[[^\]]*\])", item)
        ]
        if len(names) + prod(map(len, parts)) > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} nodes: {text[:80]!r}")
        names += ("".join(chosen) for chosen in product(*parts))
    return tuple(names)


def _numbers(ranges: str) -> list[str]:
    numbers: list[str] = []
    for part in ranges.split(","):
        first, dash, last = part.partition("-")
        if not (first.isdecimal() and (last.isdecimal() or not dash)):
            raise ValueError(f"not a range of nodes: {part!r}")
        if dash and int(last) - int(first) > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} nodes: {part!r}")
        numbers += [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1)] if dash else [first]
    return numbers


@lru_cache(maxsize=4096)
def state(text: str, reason: str = "") -> State:
    """Of RUNNING, "CANCELLED by 20001", COMPLETED+ (cut by a narrow column), or several joined by commas."""
    words = [word.strip().split(" ")[0].rstrip("+") for word in text.upper().split(",")]
    if "REQUEUE_HOLD" in words or "SPECIAL_EXIT" in words:
        return "held"
    for flag in ("COMPLETING", "CONFIGURING"):  # set beside the base state, and says more
        if flag in words:
            return STATES[flag]
    known = STATES.get(words[0]) or _cut_short(words[0])
    return "held" if known == "waiting" and reason in HELD_REASONS else known


def _cut_short(word: str) -> State:
    """OUT_OF_ME+: the beginning of a name; of at least four letters, as CO begins three."""
    fitting = {state for name, state in STATES.items() if len(word) >= 4 and name.startswith(word)}  # noqa: PLR2004 - see above
    return fitting.pop() if len(fitting) == 1 else "unknown"


@lru_cache(maxsize=4096)
def exit_code(text: str) -> int | None:
    """Of sacct's code:signal; ended by a signal is 128 + its number."""
    code, _, signal = text.strip().partition(":")
    if not code.isdecimal():
        return None
    number = int(signal) if signal.isdecimal() else 0
    return 128 + number if number else int(code)


def count(text: str) -> int | None:
    """How many; 0 and what is no number are unknown."""
    text = text.strip()
    return (int(text) or None) if text.isdecimal() else None


def array_tasks(text: str) -> list[int]:
    """Each element of 1-3,7,10-20:5%2; none if the list was cut ("1-3,...") or is larger than any."""
    tasks: list[int] = []
    for part in text.partition("%")[0].split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part.strip())
        if found is None:
            return []
        first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
        if last - first > MAX_NODES or step < 1:
            return []
        tasks += range(first, last + 1, step)
    return tasks


def step_of(job_id: str) -> str | None:
    """The job's id if this is the id of one of its steps (17_4.batch → 17_4), else None."""
    found = STEP.fullmatch(job_id)
    return found[1] if found else None


def plain(raw: bytes) -> str:
    """Text whatever its bytes: what is not UTF-8 becomes U+FFFD, so that it can be stored and shown."""
    return raw.decode("utf-8", "replace")


def known(text: str) -> str | None:
    """The text, or None where Slurm had nothing to say."""
    return None if text.strip().lower() in UNKNOWN else text
