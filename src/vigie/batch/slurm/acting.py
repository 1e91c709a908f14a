"""Acting on one attempt, and on nothing else that has its id."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from vigie.batch.programs import TooSlow
from vigie.batch.slurm import fields as f
from vigie.batch.slurm.commands import Commands, failure
from vigie.batch.slurm.rows import Attempt
from vigie.contracts.batch import Away, JobKey, QueueLimit, Refusal, Uncertain

JOB_ID = re.compile(r"\d+(_\d+|\+\d+)?", re.ASCII)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Of a reservation or a node: nothing that scontrol could take for an option, a list or another word."""


def kill(commands: Commands, job: JobKey) -> str:
    """scancel, of what is still the attempt named. See `_now`."""
    number, found = _now(commands, job)
    if found.state == "ending":
        raise Refusal(f"{job.job_id} is ending already.")
    # between the look and this the job may be requeued: then it waits, and --state leaves it alone
    state = "PENDING" if found.started is None else "SUSPENDED" if found.state == "suspended" else "RUNNING"
    # with --state, scancel takes 17+1 for all of 17, seen on 22.05; and an array's last element has the array's number
    target = number if "+" in job.job_id else job.job_id
    said = _do(commands, "scancel", "--verbose", f"--state={state}", target)
    if "erminating job" not in said and "ignal" not in said:
        raise Refusal(f"scancel: {job.job_id} is not {state.lower()} any more. {said}")
    return said


def hold(commands: Commands, job: JobKey) -> str:
    """A job that waits goes on waiting."""
    _, found = _now(commands, job)
    if found.started is not None:
        raise Refusal(f"{job.job_id} runs already: only a waiting job can be held.")
    return _do(commands, "scontrol", "hold", job.job_id) or f"{job.job_id} held"


def requeue(commands: Commands, job: JobKey) -> str:
    """The attempt ends and the job waits again."""
    _, found = _now(commands, job)
    if found.started is None:
        raise Refusal(f"{job.job_id} has not started: it waits already.")
    return _do(commands, "scontrol", "requeue", job.job_id) or f"{job.job_id} requeued"


def limits(commands: Commands) -> list[QueueLimit]:
    """The partitions' MaxTime and DefaultTime."""
    return [
        QueueLimit(name, f.queue_limit(pairs.get("MaxTime", "")), f.queue_limit(pairs.get("DefaultTime", "")))
        for name, pairs in commands.partitions().items()
    ]


def reserve(commands: Commands, name: str, nodes: Sequence[str], start: datetime, length: timedelta) -> str:
    """A MAINT reservation; one of this name is changed. Jobs that run into it are left alone: they are told of elsewhere.

    Raises Refusal if a name is none, ValueError for a start without its zone.
    """
    if start.tzinfo is None:
        raise ValueError("a reservation's start needs its zone")
    if odd := [one for one in (name, *nodes) if not NAME.fullmatch(one)]:
        raise Refusal(
            f"{odd[0][:80]!r} is no name of a reservation or a node: letters, digits, '.', '_' and '-'"
        )
    minutes = max(1, -(-int(length.total_seconds()) // 60))
    what = [
        f"ReservationName={name}",
        f"StartTime={start.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        f"Duration={minutes}",
        f"Nodes={','.join(nodes) or 'ALL'}",
    ]
    shown = commands.run("scontrol", "--oneliner", "show", "reservation", name)
    if shown.code == 0 and f"ReservationName={name} ".encode() in shown.out:
        return _do(commands, "scontrol", "update", *what) or f"{name} changed"
    if shown.code and "not found" not in shown.words() and "nvalid" not in shown.words():
        raise failure("scontrol", shown)
    return _do(commands, "scontrol", "create", "reservation", *what, "Users=root", "Flags=MAINT,IGNORE_JOBS")


def _now(commands: Commands, job: JobKey) -> tuple[str, Attempt]:
    """Slurm's number of the job and the attempt as it is now.

    Raises Refusal if there is none of this id, or another attempt than the one named, or if Slurm would act on other
    components of a heterogeneous job too.
    """
    if job.cluster != commands.settings.cluster:
        raise Refusal(f"{job.job_id} is of {job.cluster}; this is {commands.settings.cluster}.")
    if not JOB_ID.fullmatch(job.job_id):
        raise Refusal(f"{job.job_id!r} is not the id of one job.")
    there = commands.named(job.job_id)
    found = [(number, one) for number, one in there if one.job_id == job.job_id]
    if len(found) != 1:
        raise Refusal(f"{job.job_id} has ended, or never was.")
    [(number, now)] = found
    for what, then, here in (
        ("submitted", job.submitted, now.submitted),
        ("started", job.started, now.started),
    ):
        if (then and then.replace(microsecond=0)) != here:
            raise Refusal(
                f"{job.job_id} is another attempt by now: {what} {_said(here)}; meant was {_said(then)}."
            )
    if "+" in job.job_id and len(there) > 1 and (now.started is None or job.job_id.endswith("+0")):
        others = ", ".join(sorted(one.job_id for _, one in there if one.job_id != job.job_id))
        raise Refusal(f"{job.job_id}: Slurm would act on {others} too, of the same heterogeneous job.")
    return number, now


def _said(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "not yet"


def _do(commands: Commands, name: str, *arguments: str) -> str:
    """Slurm's own words. Raises Refusal, Away (it was not asked), Uncertain (it was, and its answer was lost)."""
    try:
        answer = commands.run(name, *arguments)
    except TooSlow as slow:
        raise Uncertain(str(slow)) from slow
    if answer.code:
        failed = failure(name, answer)
        if isinstance(failed, Away) and "onnect" not in answer.words():
            raise Uncertain(str(failed))
        raise failed
    noise = (b": init: ", b": common_init: ")  # --verbose names each plug-in that it loads
    said = b" ".join(line for line in answer.err.splitlines() if not any(mark in line for mark in noise))
    return " ".join((said or answer.out).decode("utf-8", "replace").split())
