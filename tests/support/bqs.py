"""A pretend batch system of a centre's own: a folder, a table, commands that print CSV; its jobs are real processes.

bqs.py FOLDER sub USER NAME QUEUE -- COMMAND…     starts it at once, prints its number
bqs.py FOLDER jobs                                what runs: id;owner;jobname;class;state;sub;beg;cpu_min;mem_mb;nodes
bqs.py FOLDER ended SINCE UNTIL                   what ended (local times of Paris, dd/mm/yyyy HH:MM:SS)
bqs.py FOLDER del ID                              kills it
"""

import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
TIME = "%d/%m/%Y %H:%M:%S"
COLUMNS = (
    "id",
    "owner",
    "jobname",
    "class",
    "state",
    "sub",
    "beg",
    "end",
    "cpu_min",
    "mem_mb",
    "nodes",
    "cores",
)


def opened(folder: Path) -> sqlite3.Connection:
    """The table of jobs; those whose process is gone have ended now."""
    table = sqlite3.connect(folder / "bqs.sqlite", isolation_level=None)
    table.execute(
        "CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY AUTOINCREMENT, owner, jobname, class, pid, sub, beg, end)"
    )
    for number, pid in table.execute("SELECT id, pid FROM job WHERE end IS NULL").fetchall():
        if not alive(pid):
            table.execute("UPDATE job SET end = ? WHERE id = ? AND end IS NULL", (time.time(), number))
    return table


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def cpu_minutes(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") / 60
    return 0.0


def submit(folder: Path, user: str, name: str, queue: str, *command: str) -> None:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    now = time.time()
    cursor = opened(folder).execute(
        "INSERT INTO job (owner, jobname, class, pid, sub, beg) VALUES (?, ?, ?, ?, ?, ?)",
        (user, name, queue, process.pid, now, now),
    )
    print(cursor.lastrowid)


def show(folder: Path, where: str, *values: float) -> None:
    out = csv.writer(sys.stdout, delimiter=";")
    out.writerow(COLUMNS)
    query = f"SELECT id, owner, jobname, class, pid, sub, beg, end FROM job WHERE {where}"  # noqa: S608 # ours, below
    for number, owner, name, queue, pid, sub, beg, end in opened(folder).execute(query, values):
        out.writerow(
            [
                number, owner, name, queue, "R" if end is None else "E", said(sub), said(beg), said(end) if end else "",
                f"{cpu_minutes(pid):.6f}", 12, "bqs01 bqs02", 2,
            ]
        )  # fmt: skip


def said(moment: float) -> str:
    return datetime.fromtimestamp(moment, PARIS).strftime("%Y-%m-%d %H:%M:%S.%f")


def told(text: str) -> float:
    return datetime.strptime(text, TIME).replace(tzinfo=PARIS).timestamp()


def delete(folder: Path, number: str) -> None:
    found = opened(folder).execute("SELECT pid FROM job WHERE id = ? AND end IS NULL", (number,)).fetchone()
    if not found:
        sys.exit(f"bqs: no job {number}")
    os.killpg(found[0], signal.SIGKILL)
    print(f"bqs: job {number} deleted")


def main(folder: str, act: str, *words: str) -> None:
    place = Path(folder)
    match act, words:
        case "sub", (user, name, queue, "--", *command):
            submit(place, user, name, queue, *command)
        case "jobs", ():
            show(place, "end IS NULL")
        case "ended", (since, until):
            show(place, "end >= ? AND end < ?", told(since), told(until))
        case "del", (number,):
            delete(place, number)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
