"""A desk of its own for a test: a data folder, a database, and the program `vigie` as users start it."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import start

PROGRAM = Path(sys.executable).with_name("vigie")
SETUP = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'vigie.config.settings'\nimport django; django.setup()\n"


@dataclass
class Desk:
    """`environment` is all that this desk's programs know beyond the machine's own."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {
            "VIGIE_CONFIG": "",
            "VIGIE_LANG": "en",
            "VIGIE_STORE_DATA": str(self.folder / "data"),
            "VIGIE_MAIL_SENDER": "vigie@centre.test",
            **self.environment,
        }

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        bare = {
            name: value for name, value in os.environ.items() if not name.startswith(("VIGIE_", "DJANGO_"))
        }
        return bare | self.environment | more

    def run(self, *words: str | Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """`vigie WORDS…` to its end."""
        return subprocess.run(
            [str(PROGRAM), *map(str, words)],
            env=self._environ(more),
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def must(self, *words: str | Path, stdin: str = "", **more: str) -> str:
        """As `run`; its output, and an error if it failed."""
        done = self.run(*words, stdin=stdin, **more)
        if done.returncode:
            raise AssertionError(f"vigie {words} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """`vigie WORDS…` in the background; it writes to FOLDER/log."""
        gone = {name: None for name in os.environ if name.startswith(("VIGIE_", "DJANGO_"))}
        return start([PROGRAM, *words], self.log, cwd=self.folder, **(gone | self.environment))

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def python(self, code: str) -> str:
        """Lines of Python inside this desk, Django ready; what they print."""
        done = subprocess.run(
            [sys.executable, "-c", SETUP + code],
            env=self._environ({}),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"{code}\n{done.stdout}\n{done.stderr}")
        return done.stdout
