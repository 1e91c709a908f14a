"""What `condor_history -json` prints: an array of job ads, or (-jsonl) one ad a line.

Attributes: https://htcondor.readthedocs.io/en/latest/classad-attributes/job-classad-attributes.html. An ad tells of
the last run of a job; RemoteWallClockTime is the sum over all its runs, so it is used only where there was one.
"""

import json
import posixpath
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from vigie.batch.files import judged, whole
from vigie.batch.files.source import pieces
from vigie.contracts.batch import JOBS, JobFileInfo, Refusal, State, Tally

Ad = dict[str, Any]
_ROWS = 20_000
_MB, _KB = 1 << 20, 1 << 10
_FAR = 253_402_300_800
_STATES: dict[int, State] = {
    1: "waiting", 2: "running", 3: "cancelled", 4: "completed", 5: "held", 6: "ending", 7: "suspended",
}  # fmt: skip
_OVER = {"cancelled", "completed", "failed"}


class CondorFile:
    """HTCondor's history of jobs."""

    info: ClassVar = JobFileInfo("condor", "HTCondor history (JSON)", "Historique HTCondor (JSON)")

    def read(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> Iterator[pa.RecordBatch]:
        """One row for each ad with a ClusterId. The schedd that took the job is where it was submitted from."""
        del columns, zone  # the format fixes both
        found = (_row(ad, cluster or "condor") for ad in _ads(path, tally))
        while rows := list(islice(found, _ROWS)):
            made = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in JOBS}
            yield judged.batch(made, len(rows), tally)
        if not tally.jobs:
            raise Refusal(f"{path}: no job ad in it; write it with: condor_history -json")

    def scan(self, path: Path, tally: Tally, **options: Any) -> pa.Table:
        return whole.table(self.read(path, tally, **options), JOBS, tally)


def _ads(path: Path, tally: Tally) -> Iterator[Ad]:
    """The ads; text between them that is none goes aside."""
    held: list[str] = []
    begun = line = 0
    for piece in pieces(path, tally):
        for line, raw in enumerate(piece.data.decode().split("\n"), start=piece.line):  # read below
            text = raw.strip()
            if text.startswith(("{", "[{")) and held and (held[0] != "{" or text == "{"):
                tally.put_aside(begun, "an ad without its end", "\n".join(held))
                held = []
            if not held:
                if text in {"", "[", "]", ","}:
                    continue
                begun = line
            held.append(raw if held else text)
            if text.endswith(("}", "},", "]")) and (text in {"}", "},", "}]"} or len(held) == 1):
                yield from _told("\n".join(held), begun, tally)
                held = []
    if held:
        tally.put_aside(begun, "an ad without its end: the file breaks off", "\n".join(held))


def _told(text: str, line: int, tally: Tally) -> Iterator[Ad]:
    inner = text.strip().rstrip(",")
    if inner.endswith("]") and not inner.startswith("["):
        inner = inner[:-1]
    try:
        found = json.loads(inner)
    except (ValueError, RecursionError) as error:
        tally.put_aside(line, f"no JSON: {error}", text)
        return
    for ad in found if isinstance(found, list) else [found]:
        if isinstance(ad, dict) and _number(ad.get("ClusterId")) is not None:
            yield ad
        else:
            tally.put_aside(line, "no job ad: it has no ClusterId", text)


def _row(ad: Ad, cluster: str) -> dict[str, Any]:
    state = _STATES.get(int(_number(ad.get("JobStatus")) or 0), "unknown")
    code, signal = _number(ad.get("ExitCode")), _number(ad.get("ExitSignal"))
    exit_code = 128 + int(signal) if ad.get("ExitBySignal") is True and signal else code
    if state == "completed" and exit_code:
        state = "failed"
    started = _first(ad, "JobCurrentStartDate", "JobStartDate")
    ended = _first(ad, "CompletionDate", "EnteredCurrentStatus") if state in _OVER else None
    return {
        "cluster": cluster,
        "job_id": f"{int(ad['ClusterId'])}.{int(_number(ad.get('ProcId')) or 0)}",
        "submitted": _moment(_first(ad, "QDate")),
        "started": _moment(started),
        "ended": _moment(ended),
        "user": _text(ad.get("Owner")) or (_text(ad.get("User")) or "").split("@")[0] or None,
        "account": _text(ad.get("AcctGroup") or ad.get("AccountingGroup")),
        "nodes": _nodes(ad),
        "cores": _whole(_first(ad, "CpusProvisioned", "RequestCpus")),
        "elapsed_s": _elapsed(ad, started, ended),
        "cpu_s": _cpu(ad),
        "limit_s": _whole(_first(ad, "AllowedExecuteDuration", "AllowedJobDuration")),
        "memory_asked_b": _whole(_first(ad, "MemoryProvisioned", "RequestMemory"), _MB),
        "memory_used_b": _whole(_first(ad, "ResidentSetSize_RAW", "ResidentSetSize"), _KB)
        or _whole(_first(ad, "MemoryUsage"), _MB),
        "state": state,
        "name": _text(ad.get("JobBatchName")) or posixpath.basename(_text(ad.get("Cmd")) or "") or None,
        "submitted_from": (_text(ad.get("GlobalJobId")) or "").partition("#")[0] or None,
        "exit_code": None if exit_code is None or abs(exit_code) >= 2**31 else int(exit_code),
    }  # fmt: skip


def _elapsed(ad: Ad, started: float | None, ended: float | None) -> int | None:
    wall = _first(ad, "RemoteWallClockTime")
    if (_number(ad.get("NumJobStarts")) or 1) <= 1 and wall:
        return _whole(wall)
    return _whole(ended - started) if started and ended else None


def _cpu(ad: Ad) -> float | None:
    user, system = _number(ad.get("RemoteUserCpu")), _number(ad.get("RemoteSysCpu"))
    if user is None or system is None or not _first(ad, "JobStartDate", "JobCurrentStartDate"):
        return None
    return user + system


def _nodes(ad: Ad) -> list[str] | None:
    """slot1_2@node7.farm → node7.farm."""
    host = _text(ad.get("LastRemoteHost") or ad.get("RemoteHost"))
    return [host.rpartition("@")[2]] if host else None


def _first(ad: Ad, *names: str) -> float | None:
    """The first that is a number above zero: 0 stands for "never"."""
    return next((value for name in names if (value := _number(ad.get(name)))), None)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**62:
        return None  # an expression comes as text: not known here
    return float(value)


def _whole(value: float | None, unit: int = 1) -> int | None:
    return None if value is None or abs(value) * unit >= 2**62 else int(value * unit)


def _moment(value: float | None) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if value and 0 < value < _FAR else None


def _text(value: Any) -> str | None:
    return value or None if isinstance(value, str) else None
