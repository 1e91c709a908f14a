"""Farm accounts of a whole centre from a file: difference, apply, again; beside a bare csv and sqlite3 upsert of the same file."""

import csv
import json
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import _lab

ACCOUNTS, ROUNDS = _lab.number("ACCOUNTS", 100_000), _lab.number("ROUNDS", 3)
EXPERIMENTS = 40
COLUMNS = ("cluster", "username", "experiment", "name", "mail", "language")
TABLE = (
    "CREATE TABLE account (cluster TEXT, username TEXT, experiment TEXT, name TEXT, mail TEXT, language TEXT, "
    "UNIQUE (cluster, username))"
)
UPSERT = (
    "INSERT INTO account VALUES (:cluster, :username, :experiment, :name, :mail, :language) "
    "ON CONFLICT (cluster, username) DO UPDATE SET experiment = excluded.experiment, name = excluded.name, "
    "mail = excluded.mail, language = excluded.language"
)


def write(path: Path) -> None:
    """The file: as a centre's directory would write it."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for n in range(ACCOUNTS):
            name = f"Étienne Number {n}" if n % 3 else f"Person {n}, jr"
            place = f"exp-{n % EXPERIMENTS:02}"
            out.writerow(("farm", f"user{n}", place, name, f"user{n}@centre.test", "fr" if n % 2 else "en"))


def peak() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(file: Path, data: Path) -> dict[str, float]:
    """What Python and SQLite take without Vigie, as durable as Vigie writes."""
    base = peak()
    database = sqlite3.connect(data / "bare.db")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(TABLE)
    took = {}
    for step in ("apply", "again"):
        begin = time.perf_counter()
        with file.open(newline="") as rows, database:
            database.executemany(UPSERT, csv.DictReader(rows))
        took[step] = time.perf_counter() - begin
    return {**took, "memory": peak() - base}


def vigie(file: Path, data: Path) -> dict[str, float]:
    """The same file by the acts of the command line: look, apply, look again."""
    _lab.set_up(data)
    from vigie.dayone import actions  # noqa: PLC0415 # after Django is set up
    from vigie.dayone.kinds import KINDS  # noqa: PLC0415 # same
    from vigie.experiments.actions import save_experiment  # noqa: PLC0415 # same
    from vigie.experiments.models import FarmAccount  # noqa: PLC0415 # same
    from vigie.kernel.access import System  # noqa: PLC0415 # same

    for n in range(EXPERIMENTS):
        save_experiment(System(), code=f"exp-{n:02}", name=f"Experiment {n:02}")
    base, kind, source = peak(), KINDS["accounts"], file.read_bytes()
    begin = time.perf_counter()
    seen = actions.look(System(), kind, source, toml=False)
    looked = time.perf_counter()
    actions.apply(System(), seen)
    applied = time.perf_counter()
    again = actions.look(System(), kind, source, toml=False)
    done = time.perf_counter()
    assert (len(seen.added), len(seen.bad), again.unchanged, len(again.steps)) == (ACCOUNTS, 0, ACCOUNTS, 0)
    assert FarmAccount.objects.count() == ACCOUNTS
    return {
        "look": looked - begin,
        "apply": applied - looked,
        "again": done - applied,
        "memory": peak() - base,
    }


def measured(what: str, file: Path) -> dict[str, float]:
    """One measure in a process and a folder of its own, so that neither has what the other left."""
    with _lab.folder() as data:
        command = [sys.executable, __file__, what, str(file), str(data)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    with _lab.folder() as folder:
        file = folder / "accounts.csv"
        write(file)
        rounds = [(measured("bare", file), measured("vigie", file)) for _ in range(ROUNDS)]
        size = file.stat().st_size / 1e6
    once = median(plain["apply"] for plain, _ours in rounds)
    rows = [_row("bare: csv.DictReader, executemany", [plain["apply"] for plain, _ours in rounds], once)]
    for step, label in (
        ("look", "difference"),
        ("apply", "apply what was seen"),
        ("again", "again: unchanged"),
    ):
        rows.append(_row(f"vigie: {label}", [ours[step] for _plain, ours in rounds], once))
    ratios = [(ours["look"] + ours["apply"]) / plain["apply"] for plain, ours in rounds]
    _lab.table(
        f"day one: {ACCOUNTS} farm accounts, a CSV file of {size:.1f} MB",
        ("what", "s (median)", "to bare", "rounds"),
        rows,
        f"difference and apply against bare, by rounds: {' '.join(f'{one:.1f}' for one in ratios)}",
        f"memory on top of the started program: bare {median(p['memory'] for p, _v in rounds):.0f} MB, "
        f"vigie {median(v['memory'] for _p, v in rounds):.0f} MB",
        "bare checks nothing, compares nothing, writes no audit row; both SQLite with synchronous=FULL",
    )


def _row(label: str, took: list[float], once: float) -> tuple[str, str, str, str]:
    middle = median(took)
    return label, f"{middle:.2f}", f"{middle / once:.1f}", " ".join(f"{one:.2f}" for one in took)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"bare": bare, "vigie": vigie}[sys.argv[1]](*map(Path, sys.argv[2:]))))
    else:
        main()
