"""A made farm as `sacct -P` would print it: steps, arrays, requeues, `|` and newlines in names, and rows that are none.

Everything follows from the seed. The same jobs can be written as others ask `sacct` for them (other columns, another
delimiter, times as seconds), so that each program reads what its own call would have given it.
"""

import base64
import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

COLUMNS = (
    "JobID|JobIDRaw|JobName|Cluster|User|Account|Group|Partition|QOS|State|ExitCode|Submit|Eligible|Start|End|Elapsed|"
    "ElapsedRaw|Timelimit|TimelimitRaw|CPUTimeRAW|NNodes|NCPUS|AllocCPUS|ReqMem|AllocTRES|MaxRSS|NTasks|TotalCPU|"
    "AdminComment|NodeList"
).split("|")
ACCOUNTS = tuple(f"{field}{n}" for field in ("astro", "nu", "hep", "bio") for n in range(6))
USERS = tuple(f"u{n:03}" for n in range(300))
NODES, CORES = 500, 64
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())  # far from the hour that comes twice
SPAN = 30 * 86400
BAD_LINES = (
    "sacct: error: slurm_persist_conn_open: Something happened with the receiving/processing",
    "|||",
    "slurmdbd: a line | of another program",
)


@dataclass
class Planted:
    """What stands in the dump, counted while it was written."""

    jobs: int = 0  # distinct attempts
    lines: int = 0
    bad: int = 0
    bars: int = 0
    newlines: int = 0
    broken: int = 0
    doubled: int = 0
    cut: int = 0


def clock(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86400)
    head = f"{days}-" if days else ""
    return f"{head}{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"


def cpu_clock(seconds: float) -> str:
    """As TotalCPU: milliseconds under an hour, whole seconds above."""
    if seconds >= 3600:
        return clock(seconds)
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes):02}:{rest:06.3f}"


def moment(seconds: int) -> str:
    days, rest = divmod(seconds - START, 86400)
    month, day = (3, days + 1) if days < 31 else (4, days - 30)  # March and April, quick
    return f"2026-{month:02}-{day:02}T{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"


def _comments() -> list[str]:
    """What jobstats leaves for job-defense-shield, one for each per cent of efficiency of a 1,000 s core."""
    made = []
    for share in range(101):
        stats = {
            "nodes": {
                "n001": {"total_time": 10 * share, "cpus": 1, "used_memory": 1 << 30, "total_memory": 1 << 31}
            },
            "gpus": False,
        }
        packed = gzip.compress(json.dumps(stats).encode(), 9, mtime=0)
        made.append("JS1:" + base64.b64encode(packed).decode())
    return made


def rows(count: int, seed: int = 1) -> Iterator[list[dict[str, str]]]:
    """Each job as the lines that sacct prints for it, its own first."""
    chance = random.Random(seed)
    comments = _comments()
    number, task, array = 1_000_000, 0, 0
    for _ in range(count):
        number += 1
        if task:
            task -= 1
        elif chance.random() < 0.02:
            task, array = chance.randrange(5, 50), number
        name_of = f"{array}_{task}" if task else str(number)
        yield _job(chance, number, name_of, comments)


def _job(chance: random.Random, number: int, job_id: str, comments: Sequence[str]) -> list[dict[str, str]]:
    draw = chance.random
    user = int(300 * draw() ** 2)
    node = int(NODES * draw())
    cores = 1 if draw() < 0.9 else chance.choice((2, 4, 8, 16, 32))
    submit = START + int(SPAN * draw())
    start = submit + int(3600 * draw())
    elapsed = max(1, int(1.5 ** (25 * draw()) + 30))
    slow = user == 7 or node in range(40, 50) or draw() < 0.03
    share = 0.05 * draw() if slow else 0.7 + 0.29 * draw()
    state = "COMPLETED"
    if (luck := draw()) < 0.05:
        state = ("FAILED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "CANCELLED by 1234")[int(luck * 100)]
    limit = "UNLIMITED" if draw() < 0.005 else clock(86400 * (1 + int(3 * draw())))
    nodes = 1
    where = f"n{node:03}"
    if cores == 32:
        nodes, where = 2, f"n[{node:03}-{node + 1:03}]"
    cpu = share * elapsed * cores
    job = {
        "JobID": job_id, "JobIDRaw": str(number), "JobName": f"reco_{user % 9}_run{number % 5000}",
        "Cluster": "made", "User": USERS[user], "Account": ACCOUNTS[user % 24], "Group": ACCOUNTS[user % 24],
        "Partition": "htc" if draw() < 0.99 else "hpc", "QOS": "normal", "State": state,
        "ExitCode": "0:0" if state == "COMPLETED" else "1:0", "Submit": moment(submit), "Eligible": moment(submit),
        "Start": moment(start), "End": moment(start + elapsed), "Elapsed": clock(elapsed), "ElapsedRaw": str(elapsed),
        "Timelimit": limit,
        "TimelimitRaw": limit if limit == "UNLIMITED" else str(1440 * int(limit[0])),
        "CPUTimeRAW": str(elapsed * cores), "NNodes": str(nodes), "NCPUS": str(cores), "AllocCPUS": str(cores),
        "ReqMem": f"{2 * cores}G", "AllocTRES": f"billing={cores},cpu={cores},mem={2 * cores}G,node={nodes}",
        "MaxRSS": "", "NTasks": "", "TotalCPU": "00:00:00",
        "AdminComment": comments[int(100 * share)], "NodeList": where,
        "_submit": str(submit), "_start": str(start), "_end": str(start + elapsed),
    }  # fmt: skip
    steps = [("batch", "batch")]
    if draw() < 0.5:
        steps.append(("extern", "extern"))
    if draw() < 0.05:
        steps += [("0", "python3"), ("1", "merge")]
    parts = {"batch": 1.0} if len(steps) < 3 else {"batch": 0.1, "0": 0.6, "1": 0.3}
    lines = [job]
    for step, name in steps:
        lines.append(
            job
            | {
                "JobID": f"{job_id}.{step}",
                "JobIDRaw": f"{number}.{step}",
                "JobName": name,
                "User": "",
                "Group": "",
                "Partition": "",
                "QOS": "",
                "Timelimit": "",
                "TimelimitRaw": "",
                "ReqMem": "",
                "AdminComment": "",
                "State": state.split()[0],
                "Submit": job["Start"],
                "Eligible": "",
                "NTasks": "1",
                "MaxRSS": "0" if step == "extern" else f"{int(1024 * (200 + 1500 * draw()))}K",
                "TotalCPU": cpu_clock(cpu * parts.get(step, 0.0)),
                "AllocTRES": f"cpu={cores},mem={2 * cores}G,node={nodes}",
                "_submit": job["_start"],
            }
        )
    return lines


def ugly(
    jobs: Iterable[list[dict[str, str]]], planted: Planted, seed: int = 2
) -> Iterator[str | list[dict[str, str]]]:
    """The same, with what real dumps hold besides; a text is a line as it stands."""
    chance = random.Random(seed)
    for lines in jobs:
        planted.jobs += 1
        luck = chance.random()
        if luck < 0.005:
            lines[0]["JobName"] = "fit|" * chance.randrange(1, 4) + "end"
            planted.bars += 1
        elif luck < 0.006:
            lines[0]["JobName"] = "two\nlines"
            planted.newlines += 1
        elif luck < 0.007:
            lines[0]["JobName"] = "caf\udce9 " + lines[0]["JobName"]
            planted.broken += 1
        elif luck < 0.008:
            planted.doubled += 1
            yield lines
        elif luck < 0.0085:
            planted.bad += 1
            yield chance.choice(BAD_LINES)
        yield lines


def write(path: Path, count: int, *, seed: int = 1) -> Planted:
    """The dump that Vigie reads, `sacct -P -o COLUMNS`: its last line is cut in the middle."""
    planted = Planted()
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out:
        out.write("|".join(COLUMNS) + "\n")
        for lines in ugly(rows(count, seed), planted):
            if isinstance(lines, str):
                out.write(lines + "\n")
                planted.lines += 1
                continue
            out.write("".join("|".join([line[name] for name in COLUMNS]) + "\n" for line in lines))
            planted.lines += len(lines)
        out.write("9999999|9999999|cut|made|u0")
        planted.bad += 1
    return planted


def write_for_peer(
    path: Path,
    count: int,
    columns: Sequence[str],
    *,
    delimiter: str,
    end: str,
    seconds: bool,
    steps: bool,
    seed: int = 1,
) -> None:
    """The same jobs as a peer's own call of sacct prints them: only rows of jobs, in its columns and form."""
    known = {name.lower(): name for name in COLUMNS}
    picked = [known.get(name.lower(), "") for name in columns]
    if seconds:
        times = {"Submit": "_submit", "Eligible": "_submit", "Start": "_start", "End": "_end"}
        picked = [times.get(name, name) for name in picked]
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        for lines in ugly(rows(count, seed), Planted()):
            if not isinstance(lines, str):
                for line in lines if steps else lines[:1]:
                    out.write(delimiter.join([line.get(name, "") for name in picked]) + end)
