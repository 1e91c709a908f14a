"""Slurm's commands as a source of jobs."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vigie.batch.programs import Answer, ask
from vigie.batch.slurm import accounting, live, queue
from vigie.batch.slurm.fields import plain
from vigie.batch.slurm.rows import Attempt
from vigie.batch.slurm.settings import SlurmSettings
from vigie.batch.slurm.text import new_mark, records
from vigie.contracts.batch import Away, BatchFailure, Refusal, Tally

REFUSED = (
    "nvalid",
    "unrecognized option",
    "not permitted",
    "ermission denied",
    "Access/permission",
    "nknown",
)
"""In what Slurm says where asking again can't help; everything else is taken for an absence."""


class Commands:
    """Runs them with a time limit, times in UTC, and turns what went wrong into a failure with Slurm's words."""

    def __init__(self, settings: SlurmSettings) -> None:
        self.settings = settings
        self._turn = 0

    def path(self, name: str) -> str:
        """The command of this name: a path, or what PATH is searched for."""
        return str(Path(self.settings.commands) / name) if self.settings.commands else name

    def run(self, name: str, *arguments: str) -> Answer:
        """The command ended, with whatever code. Raises Away."""
        surroundings = {"TZ": "UTC", "SLURM_TIME_FORMAT": "standard", "LC_ALL": "C.UTF-8"}
        if self.settings.conf:
            surroundings["SLURM_CONF"] = self.settings.conf
        return ask(
            [self.path(name), *arguments],
            seconds=self.settings.seconds,
            environment=surroundings,
            most_bytes=self.settings.most_bytes,
        )

    def read(self, name: str, *arguments: str) -> bytes:
        """What it printed. Raises Away or Refusal if it failed."""
        answer = self.run(name, *arguments)
        if answer.code:
            raise failure(name, answer)
        return answer.out

    def named(self, job_id: str) -> list[tuple[str, Attempt]]:
        """The job of this id, and the others that squeue shows with it, with Slurm's own number of each."""
        return list(self._jobs(Tally(), "--jobs", job_id))

    def present(self, tally: Tally) -> list[tuple[str, Attempt]]:
        """The jobs that are there now, each with Slurm's own number."""
        return list(self._jobs(tally))

    def finished(self, since: datetime, until: datetime, tally: Tally) -> list[Attempt]:
        """Attempts that ended in [since, until); in one call of sacct."""
        # sacct's window has whole seconds and both its ends: one more on each side, and looked at again below
        window = [_stamp(since - timedelta(seconds=1)), _stamp(until + timedelta(seconds=1))]
        states = f"--state={accounting.STATES_ENDED}"
        found = self._sacct(
            accounting.FIELDS, tally, "--duplicates", states, "-S", window[0], "-E", window[1]
        )
        read = accounting.attempts(self._with_limits(found), self.settings.cluster, tally)
        return [one for one in read if one.ended and since <= one.ended < until]

    def _sacct(self, fields: Sequence[str], tally: Tally, *which: str) -> Iterator[dict[str, str]]:
        mark = new_mark()
        how = ("--allusers", "--noheader", "--noconvert", "--parsable", f"--delimiter={mark}")
        out = self.read("sacct", *how, *which, "--format", ",".join(fields))
        return records(out, mark, fields, tally, "sacct")

    def _with_limits(self, found: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
        """Partition_Limit is said as what the partition's limit is now; what it was then, nothing says."""
        limits: dict[str, str] | None = None
        for record in found:
            if record["Timelimit"] == "Partition_Limit":
                if limits is None:
                    limits = {name: pairs.get("MaxTime", "") for name, pairs in self.partitions().items()}
                record["Timelimit"] = limits.get(record["Partition"], "")
            yield record

    def partitions(self) -> dict[str, dict[str, str]]:
        """What scontrol says of each partition, by its own names."""
        lines = plain(self.read("scontrol", "--oneliner", "show", "partition")).splitlines()
        pairs = [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]
        return {one["PartitionName"]: one for one in pairs if "PartitionName" in one}

    def _jobs(self, tally: Tally, *which: str) -> Iterator[tuple[str, Attempt]]:
        mark = new_mark()
        form = ",".join(f"{name}:{mark}" for name in queue.FIELDS)
        out = self.read("squeue", "--all", "--array", "--noheader", *which, "--Format", form)
        return queue.attempts(records(out, mark, queue.FIELDS, tally, "squeue"), self.settings.cluster, tally)

    def measure(self, jobs: Mapping[str, Attempt], tally: Tally) -> None:
        """Fill in CPU time and memory of running jobs, by Slurm's own number, as far as the budget of time goes."""
        began, asked = time.monotonic(), 0
        for chunk in live.in_turn(sorted(jobs), self._turn, self.settings.live_chunk):
            if time.monotonic() - began > self.settings.live_seconds:
                break
            asked += len(chunk)
            try:
                found = self._usage(chunk, tally)
            except BatchFailure as failed:
                tally.note(f"running jobs not measured: {failed}", len(chunk))
                continue
            if untold := len(chunk) - len(found):
                tally.note("running jobs of which sstat told nothing", untold)
            for number, usage in found.items():
                jobs[number].cpu_s = usage.cpu_s
                jobs[number].memory_used_b = usage.memory_b
        self._turn = (self._turn + asked) % max(len(jobs), 1)
        if left := len(jobs) - asked:
            tally.note("running jobs not asked for this time", left)

    def _usage(self, jobs: Sequence[str], tally: Tally) -> dict[str, live.Usage]:
        form = ",".join(live.RUNNING_FIELDS)
        # its code is no guide: one job that ended meanwhile makes it complain, and the others are there
        answer = self.run("sstat", "-a", "-n", "-P", "--noconvert", "-j", ",".join(jobs), "-o", form)
        lines = [line for line in plain(answer.out).splitlines() if line.strip()]
        if answer.code and not lines and "error" not in answer.words():
            raise failure("sstat", answer)
        found = live.running_steps(lines, set(jobs), tally)
        if found:
            live.add_ended_steps(self._sacct(live.ENDED_FIELDS, tally, "-j", ",".join(found)), found)
        return found


def failure(name: str, answer: Answer) -> BatchFailure:
    """Away or Refusal, by Slurm's words."""
    words = f"{name}: {answer.words() or f'ended with code {answer.code}'}"
    return Refusal(words) if any(word in words for word in REFUSED) else Away(words)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
