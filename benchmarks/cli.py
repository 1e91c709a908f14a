"""What one command costs from the shell, beside the interpreter alone and beside Django set up."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import _lab

ROUNDS = _lab.number("ROUNDS", 15)
SETUP = (
    "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'vigie.config.settings'; import django; django.setup()"
)


def main() -> None:
    program = str(Path(sys.executable).with_name("vigie"))
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "vigie --help": [program, "--help"],
        "vigie who": [program, "who"],
        "vigie check-config": [program, "check-config"],
        "django.setup()": [sys.executable, "-c", SETUP],
        "vigie outage list": [program, "outage", "list"],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    with _lab.folder() as data:
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import _lab, pathlib; _lab.set_up(pathlib.Path({str(data)!r})); import history; history.make(50)",
            ],
            cwd=Path(__file__).parent,
            check=True,
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
        environment |= {"VIGIE_CONFIG": "", "VIGIE_STORE_DATA": str(data)}
        # An installed package has its bytecode; the round that isn't counted writes what is missing of it here.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for turn in range(ROUNDS + 1):  # in turn, so that a busy moment hits all; the first isn't counted
            for name, command in commands.items():
                started = time.perf_counter()
                subprocess.run(command, env=environment, check=True, capture_output=True)
                if turn:
                    took[name].append(time.perf_counter() - started)
    alone = statistics.median(took["python -c pass"])
    _lab.table(
        f"cli: wall time from start to end, {ROUNDS} rounds in turn",
        ("command", "median ms", "least ms", "times python alone"),
        [
            (
                name,
                f"{statistics.median(values) * 1000:.0f}",
                f"{min(values) * 1000:.0f}",
                f"{statistics.median(values) / alone:.1f}",
            )
            for name, values in took.items()
        ],
        "goal of the design: vigie who within 500 ms",
    )


if __name__ == "__main__":
    main()
