"""The real Slurm of the tests: two nodes, accounting, slurmrestd, two users."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import POLL_SECONDS, answers, free_port, open_folder, script

ADA, BRUNO = "vigie-ada", "vigie-bruno"
"""Their accounts are helios and kronos."""

BURN = '#!/bin/sh\nexec nice -n 19 timeout "${1:-5}" sh -c "while :; do :; done"\n'
"""Uses one CPU for so many seconds, then ends with the code 124."""
SLEEP = '#!/bin/sh\nexec sleep "${1:-600}"\n'


@dataclass(frozen=True)
class SlurmLab:
    """See tests/lab/slurm-up.sh. Cluster "valmorin", nodes n1 and n2 of 16 CPUs, as they say, partitions batch and long."""

    folder: Path
    ports: tuple[int, ...]  # MariaDB, slurmdbd, slurmctld, slurmrestd, n1, n2

    def start(self) -> None:
        """Start it, or what is not running of it, on the same ports; nothing to do if all answer."""
        if all(map(answers, self.ports)):
            return
        script("slurm-up.sh", str(self.folder), *map(str, self.ports))

    def stop(self, *daemons: str) -> None:
        """Kill these (slurmctld, slurmdbd, slurmrestd, mysqld, slurmd-n1…); `start` brings them back."""
        script("slurm-down.sh", str(self.folder), *daemons)

    @property
    def conf(self) -> Path:
        """As for SLURM_CONF."""
        return self.folder / "etc" / "slurm.conf"

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.ports[3]}"

    @property
    def token_file(self) -> Path:
        """A JWT of root for slurmrestd, valid for a day."""
        return self.folder / "token"

    def run(self, *command: str | bytes, user: str = "root") -> str:
        """One of Slurm's commands, its output; as root, or as one of the users. RuntimeError with what it said."""
        done = subprocess.run(
            ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command],
            env=os.environ | {"SLURM_CONF": str(self.conf), "TZ": "UTC"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.returncode} {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8", "replace")

    def submit(
        self,
        user: str,
        work: str = SLEEP,
        *arguments: str,
        name: str | bytes = "job",
        options: tuple[str, ...] = (),
    ) -> str:
        """Submit a script as `user`; returns the id. `arguments` are the script's, `options` sbatch's."""
        file = self.folder / "home" / user / f"{abs(hash(work)):x}.sh"
        file.write_text(work, "utf-8")
        file.chmod(0o755)
        answer = self.run(
            *("sbatch", "--parsable", "--output=/dev/null", "--job-name", name),
            *(*options, str(file), *arguments),
            user=user,
        )
        return answer.strip().partition(";")[0]

    def state(self, job_id: str) -> str:
        """PENDING, RUNNING, COMPLETED…, of a job that slurmctld still knows; of several elements, each state once."""
        lines = self.run("squeue", "-h", "-r", "-t", "all", "-j", job_id, "-o", "%i %T").splitlines()
        states = [line.split() for line in lines]
        exact = {state for found, state in states if found == job_id}
        return ",".join(sorted(exact or {state for _, state in states}))

    def wait_for(self, job_id: str, *states: str, seconds: float = 30) -> str:
        """Return when the job is in one of these states."""
        until(lambda: self.state(job_id) in states, seconds, lambda: f"{job_id} is {self.state(job_id)}")
        return job_id

    def overrun(self, job_id: str) -> None:
        """Move the end that its limit sets to now: TIMEOUT within a quarter of a minute, not after one."""
        self.run("scontrol", "update", f"JobId={job_id}", "EndTime=now+1seconds")

    def wait_until_accounted(self, *job_ids: str, seconds: float = 20) -> None:
        """Return when slurmdbd knows the end of these jobs."""
        ids = ",".join(job_ids)

        def all_ended() -> bool:
            ends = self.run("sacct", "-n", "-X", "-P", "-j", ids, "-o", "JobID,End").splitlines()
            return bool(ends) and not any(line.endswith("|Unknown") for line in ends)

        until(all_ended, seconds, lambda: f"no end in the accounting of {ids}")

    def cancel_all(self) -> None:
        """No job of the users is left running or waiting."""
        self.run("scancel", f"--user={ADA}")
        self.run("scancel", f"--user={BRUNO}")
        until(lambda: not self.run("squeue", "-h", "-t", "PD,R,S,CG"), 20, lambda: self.run("squeue"))


def until(ready: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Return when it is so; TimeoutError, with what is instead."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(what())
        time.sleep(POLL_SECONDS * 3)


@contextmanager
def slurm_running() -> Iterator[SlurmLab]:
    """A running Slurm on free ports, stopped at the end with all its jobs."""
    with open_folder("slurm", at_end='bash tests/lab/slurm-down.sh "$1"') as folder:
        lab = SlurmLab(folder, tuple(_ports(6)))
        lab.start()
        yield lab


def _ports(count: int) -> set[int]:
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return ports
