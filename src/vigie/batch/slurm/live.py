"""CPU time and memory of running jobs: `sstat` for the steps that run, `sacct` for those of the job that are over.

`sstat` asks the nodes' own daemons, so jobs are asked for in chunks and within a budget of time; who was not asked this
time is first the next time, and meanwhile unknown.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vigie.batch.slurm import fields as f
from vigie.batch.slurm.accounting import memory_of, step_cpu
from vigie.contracts.batch import Tally

RUNNING_FIELDS = ("JobID", "NTasks", "AveCPU", "TRESUsageInTot", "MaxRSS")
ENDED_FIELDS = ("JobIDRaw", "State", "ElapsedRaw", "TotalCPU", "TRESUsageInTot", "MaxRSS")


@dataclass
class Usage:
    """Of one job so far: seconds and bytes; None: one of its steps could not be read."""

    cpu_s: float | None = 0.0
    memory_b: int | None = None

    def add(self, cpu: float | None, memory: int | None) -> None:
        self.cpu_s = None if self.cpu_s is None or cpu is None else self.cpu_s + cpu
        self.memory_b = max(filter(None, (self.memory_b, memory)), default=None)


def running_steps(lines: Iterable[str], jobs: Collection[str], tally: Tally) -> dict[str, Usage]:
    """Lines of sstat -n -P --noconvert, by Slurm's own number of the job; only of `jobs`.

    TRESUsageInTot's `cpu` is of all tasks of the step; AveCPU, of one, stands for it where it is missing.
    """
    found: dict[str, Usage] = {}
    for number, line in enumerate(lines, start=1):
        step = dict(zip(RUNNING_FIELDS, line.split("|"), strict=False))
        owner = f.step_of(step["JobID"])
        if owner is None or len(step) < len(RUNNING_FIELDS):
            tally.put_aside(number, "sstat: not a step", line)
            continue
        try:
            total = f.tres(step["TRESUsageInTot"]).get("cpu")
            cpu = f.duration(total) if total is not None else _of_tasks(step)
            if owner in jobs:
                found.setdefault(owner, Usage()).add(cpu, memory_of(step))
        except ValueError as error:
            tally.put_aside(number, f"sstat: {error}", line)
    return found


def _of_tasks(step: Mapping[str, str]) -> float | None:
    average, tasks = f.duration(step["AveCPU"]), f.count(step["NTasks"])
    return None if average is None or tasks is None else average * tasks


def add_ended_steps(records: Iterable[Mapping[str, str]], into: Mapping[str, Usage]) -> None:
    """Steps, by JobIDRaw, that are over already of the jobs in `into`, whose others run."""
    for step in records:
        usage = into.get(f.step_of(step["JobIDRaw"]) or "")
        if usage and not step["State"].startswith(("RUNNING", "PENDING", "SUSPENDED")):
            usage.add(step_cpu(step), memory_of(step))


def in_turn(jobs: Sequence[str], turn: int, size: int) -> Iterator[Sequence[str]]:
    """Chunks of at most `size`, beginning at `turn`, each job once."""
    begin = turn % len(jobs) if jobs else 0
    turned = [*jobs[begin:], *jobs[:begin]]
    for at in range(0, len(turned), size):
        yield turned[at : at + size]
