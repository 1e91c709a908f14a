"""From a dump of sacct to findings, beside DuckDB's bare read of the same file, job-defense-shield and reportseff.

    VIGIE_BENCH_JOBS=1000000 VIGIE_BENCH_PEER_JOBS=100000 python benchmarks/dump.py

The peers come from PyPI, into an environment that is thrown away (or kept: VIGIE_BENCH_PEERS names its folder). They only flag or list, and they ask `sacct`: a shell
script of that name prints a file that holds what their own call (their columns, their delimiter) would have printed.
VIGIE_BENCH_PEER_JOBS=0 leaves them out; with the number of our jobs they run on the same million.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import _dump
import _lab

JOBS = _lab.number("JOBS", 1_000_000)
PEER_JOBS = _lab.number("PEER_JOBS", 100_000)
RUNS = _lab.number("RUNS", 3)
BIN = Path(sys.executable).parent
BARE = """
import duckdb, sys
duckdb.sql("SET enable_progress_bar = false")
names = open(sys.argv[1], encoding="utf-8", errors="replace").readline().strip().split("|")
columns = "{" + ",".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
counts = ",".join(f'count("{name}")' for name in names)
print(duckdb.sql(f"SELECT {counts} FROM read_csv('{sys.argv[1]}', delim='|', quote='', escape='', header=true,"
                 f" columns={columns}, auto_detect=false, ignore_errors=true)").fetchall()[0][0])
"""
READ = """
import sys
from pathlib import Path
from vigie.batch.files.sacct import SacctFile
from vigie.contracts.batch import Tally
tally = Tally()
print(len(SacctFile().scan(Path(sys.argv[1]), tally)), tally.jobs, tally.asides, tally.notes)
"""
REPORTSEFF = [
    "JobID",
    "State",
    "Elapsed",
    "TotalCPU",
    "AllocCPUS",
    "ReqMem",
    "NNodes",
    "MaxRSS",
    "NTasks",
    "JobIDRaw",
    "AdminComment",
]
REPORTSEFF_FORMAT = "JobID,State,Elapsed,CPUEff,MemEff"  # and what it needs for these
SHIELD = [
    "jobid",
    "jobidraw",
    "user",
    "cluster",
    "account",
    "partition",
    "cputimeraw",
    "elapsedraw",
    "timelimitraw",
    "nnodes",
    "ncpus",
    "alloctres",
    "submit",
    "eligible",
    "start",
    "end",
    "qos",
    "state",
    "admincomment",
    "jobname",
]
SHIELD_CONFIG = """
violation-logs-path: {folder}
email-files-path: {folder}
email-domain-name: "@centre.test"
sender: desk@centre.test
reply-to: desk@centre.test
low-cpu-efficiency-1:
  cluster: made
  partitions: [htc, hpc]
  eff_thres_pct: 60
  eff_target_pct: 90
  min_run_time: 30
  absolute_thres_hours: 10
  email_file: none.txt
"""
SACCT = """#!/bin/sh
case "$*" in
  *--helpformat*) echo "{columns}" ;;
  *-X*) cat "{folder}/shield" ;;
  *) cat "{folder}/reportseff" ;;
esac
"""
SCONTROL = (
    "#!/bin/sh\nprintf 'PartitionName=htc\\nMaxTime=7-00:00:00\\nPartitionName=hpc\\nMaxTime=7-00:00:00\\n'\n"
)


@dataclass(frozen=True)
class Cost:
    seconds: float
    cpu: float
    megabytes: float
    out: str


def run(command: list[str | Path], folder: Path, **environment: str) -> Cost:
    """Once, with the peak memory of it and of what it started, as the kernel counts it."""
    out = folder / "out"
    with out.open("wb") as printed, (folder / "err").open("wb") as errors:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command], stdout=printed, stderr=errors, stdin=subprocess.DEVNULL, cwd=folder,
            env=os.environ | environment,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed:\n{(folder / 'err').read_text(errors='replace')[-2000:]}")
    return Cost(
        seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read_text(errors="replace")
    )


def best(name: str, command: list[str | Path], folder: Path, times: int = RUNS, **environment: str) -> Cost:
    """The quickest of a few: the others met more of what else the machine did."""
    print(f"  … {name}", file=sys.stderr, flush=True)
    return min((run(command, folder, **environment) for _ in range(times)), key=lambda cost: cost.seconds)


def peers(folder: Path, jobs: int) -> dict[str, Cost]:
    """Both, with the answers of sacct prepared beforehand: writing them is not counted."""
    home = Path(os.environ.get("VIGIE_BENCH_PEERS") or folder / "peers")
    if not home.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [home / "bin" / "python", "-m", "pip", "install", "-q"]
        subprocess.run(
            [*pip, "reportseff==2.10.3", "job-defense-shield==1.3.4"], check=True, stderr=subprocess.DEVNULL
        )
    columns = sorted(
        REPORTSEFF
    )  # as it asks for them; without jobstats' comments, which it would unpack one by one
    columns[columns.index("AdminComment")] = "-"
    _dump.write_for_peer(
        folder / "reportseff", jobs, columns, delimiter="^|^", end="^|^\n", seconds=False, steps=True
    )
    _dump.write_for_peer(folder / "shield", jobs, SHIELD, delimiter="|", end="\n", seconds=True, steps=False)
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name, text in (
        ("sacct", SACCT.format(folder=folder, columns=" ".join(_dump.COLUMNS))),
        ("scontrol", SCONTROL),
    ):
        (bin_folder / name).write_text(text)
        (bin_folder / name).chmod(0o755)
    (folder / "config.yaml").write_text(SHIELD_CONFIG.format(folder=folder))
    path = f"{bin_folder}:{home / 'bin'}:{os.environ['PATH']}"
    window = ["-S", "2026-03-01T00:00:00", "-E", "2026-04-30T00:00:00"]
    return {
        "reportseff 2.10.3 (lists)": best(
            "reportseff", [home / "bin" / "reportseff", "--since", "2026-03-01", "--parsable", "--format", REPORTSEFF_FORMAT], folder, 1, PATH=path
        ),
        "job-defense-shield 1.3.4 (flags)": best(
            "job-defense-shield",
            [home / "bin" / "job_defense_shield", "--low-cpu-efficiency", "--config-file", folder / "config.yaml",
             "-M", "made", *window],
            folder, 1, PATH=path,
        ),
    }  # fmt: skip


def ours(dump: Path, folder: Path) -> dict[str, Cost]:
    return {
        "DuckDB, bare read (count of every column as text)": best(
            "bare read", [sys.executable, "-c", BARE, dump], folder
        ),
        "Vigie, reading only": best("reading", [sys.executable, "-c", READ, dump], folder),
        "Vigie, flags and findings (vigie jobs explain)": best(
            "explain", [BIN / "vigie", "jobs", "explain", dump, "--format", "sacct", "--json"], folder
        ),
    }


def check(planted: _dump.Planted, costs: dict[str, Cost]) -> str:
    """What was planted was found, to the row; or the benchmark fails."""
    handed, jobs, asides = costs["Vigie, reading only"].out.split()[:3]
    told = json.loads(costs["Vigie, flags and findings (vigie jobs explain)"].out)
    found = (int(handed), int(jobs), int(asides), told["jobs"])
    if found != (planted.jobs, planted.jobs, planted.bad, planted.jobs):
        sys.exit(f"planted {planted}, found {found}")
    bare = int(costs["DuckDB, bare read (count of every column as text)"].out)
    return (
        f"{planted.jobs} jobs in {planted.lines} lines; found all, {planted.bad} bad lines aside, {planted.bars} names"
        f" with |, {planted.newlines} with a newline, {planted.broken} not UTF-8, {planted.doubled} twice;"
        f" flagged {told['flagged']}, {len(told['findings'])} findings; the bare read left {planted.lines - bare} lines out"
    )


def shown(title: str, costs: dict[str, Cost], *notes: str) -> None:
    rows = [
        [name, f"{cost.seconds:.2f}", f"{cost.cpu:.2f}", f"{cost.megabytes:.0f}"]
        for name, cost in costs.items()
    ]
    _lab.table(title, ["", "seconds", "CPU s", "peak MB"], rows, *notes)


def measured(folder: Path, jobs: int) -> dict[str, Cost]:
    dump = folder / f"dump-{jobs}"
    planted = _dump.write(dump, jobs)
    costs = ours(dump, folder)
    bare = costs["DuckDB, bare read (count of every column as text)"].seconds
    whole = costs["Vigie, flags and findings (vigie jobs explain)"].seconds
    shown(
        f"A dump of {jobs:,} jobs, {dump.stat().st_size / 1e6:.0f} MB (each program started anew, best of {RUNS})",
        costs,
        check(planted, costs),
        f"goal: at most 2 × the bare read + 1 s = {2 * bare + 1:.2f} s; it takes {whole:.2f} s",
    )
    dump.unlink()
    return costs


def main() -> int:
    with _lab.folder() as folder:
        costs = measured(folder, JOBS)
        if not PEER_JOBS:
            return 0
        if PEER_JOBS != JOBS:
            costs = measured(folder, PEER_JOBS)
        whole = costs["Vigie, flags and findings (vigie jobs explain)"]
        found = peers(folder, PEER_JOBS)
        shown(
            f"The peers on the same {PEER_JOBS:,} jobs (once)",
            {"Vigie": whole, **found},
            *(
                f"{name}: {cost.seconds / whole.seconds:.0f} × our time, {cost.megabytes / whole.megabytes:.1f} × our memory"
                for name, cost in found.items()
            ),
            "their sacct is a script that prints a prepared file: only the rows of jobs, in their columns",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
