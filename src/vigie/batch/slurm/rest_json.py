"""Jobs as slurmrestd says them, v0.0.36 (22.05) to v0.0.44: from JSON to attempts.

Since v0.0.39 a number may be {"set": true, "infinite": false, "number": 5}, and since v0.0.40 states are lists
(https://slurm.schedmd.com/rest_release_notes.html). Times are seconds since 1970, limits minutes, sizes of allocations
MiB, sizes of usage bytes, CPU usage of steps milliseconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from vigie.batch.slurm import fields as f
from vigie.batch.slurm.accounting import memory_asked
from vigie.batch.slurm.rows import Attempt
from vigie.contracts.batch import LIVE, UNLIMITED_S, Tally

Json = Mapping[str, Any]
MEBIBYTE = 1 << 20


def queued(jobs: Sequence[Json], cluster: str, now: datetime, tally: Tally) -> Iterator[tuple[str, Attempt]]:
    """Of /slurm/…/jobs: Slurm's own number and the attempt; one each for the waiting elements of an array."""
    for line, job in enumerate(jobs, start=1):
        try:
            found = [(str(job["job_id"]), _queued(job, job_id, cluster, now)) for job_id in _ids(job)]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            tally.put_aside(line, f"slurmrestd: {error!r}", str(job))
            continue
        yield from (pair for pair in found if pair[1].state in LIVE)


def ended(jobs: Sequence[Json], cluster: str, tally: Tally) -> Iterator[Attempt]:
    """Of /slurmdb/…/jobs: the attempts, those that have not ended too."""
    for line, job in enumerate(jobs, start=1):
        try:
            yield _ended(job, cluster, tally)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            tally.put_aside(line, f"slurmrestd: {error!r}", str(job))


def _ids(job: Json) -> list[str]:
    array, task = number(job.get("array_job_id")), number(job.get("array_task_id"))
    het, offset = number(job.get("het_job_id")), number(job.get("het_job_offset"))
    if array and task is not None:
        return [f"{array}_{task}"]
    if array and (tasks := job.get("array_task_string")):
        return [f"{array}_{task}" for task in f.array_tasks(tasks)] or [f"{array}_[{tasks}]"]
    return [f"{het}+{offset}" if het else str(job["job_id"])]


def _queued(job: Json, job_id: str, cluster: str, now: datetime) -> Attempt:
    state = f.state(states(job["job_state"]), str(job.get("state_reason") or ""))
    runs = state not in {"waiting", "held"}
    started = moment(job.get("start_time")) if runs else None
    cores = number(job.get("cpus")) or None
    asked = f.tres(job.get("tres_req_str") or ""), f.tres(job.get("tres_alloc_str") or "")
    return Attempt(
        cluster=cluster,
        job_id=job_id,
        state=state,
        submitted=moment(job.get("submit_time")),
        started=started,
        user=job.get("user_name") or None,
        account=job.get("account") or None,
        group=job.get("group_name") or None,
        queue=job.get("partition") or None,
        qos=job.get("qos") or None,
        nodes=(f.node_names(job.get("nodes") or "") or None) if runs else None,
        cores=cores,
        elapsed_s=_elapsed(job, started, now) if runs else 0,
        limit_s=minutes(job.get("time_limit")),
        memory_asked_b=memory_asked(*asked, "", number(job.get("node_count")), cores),
        name=job.get("name") or None,
        submitted_from=job.get("allocating_node") or None,
    )


def _elapsed(job: Json, started: datetime | None, now: datetime) -> int | None:
    """Without the time it was suspended: what it had run before, and since it was resumed."""
    if started is None:
        return None
    before, last = number(job.get("pre_sus_time")) or 0, moment(job.get("suspend_time"))
    if "SUSPENDED" in states(job["job_state"]):
        return before
    return max(0, before + int((now - (last or started)).total_seconds()))


def _ended(job: Json, cluster: str, tally: Tally) -> Attempt:
    times, array, het = job["time"], job.get("array") or {}, job.get("het") or {}
    asked, given = (_tres((job.get("tres") or {}).get(which)) for which in ("requested", "allocated"))
    nodes = f.node_names(job.get("nodes") or "")
    elapsed = number(times.get("elapsed"))
    started = moment(times.get("start")) if nodes or elapsed else None
    task, offset = number(array.get("task_id", array.get("task"))), number(het.get("job_offset"))
    job_id = str(job["job_id"])
    if array.get("job_id") and task is not None:
        job_id = f"{array['job_id']}_{task}"
    elif het.get("job_id") and offset is not None:
        job_id = f"{het['job_id']}+{offset}"
    memory = asked.get("mem") or given.get("mem")
    state = f.state(states(job["state"]["current"]))
    steps = job.get("steps") or []
    return Attempt(
        cluster=cluster,
        job_id=job_id,
        state=state,
        submitted=moment(times.get("submission")),
        started=started,
        ended=moment(times.get("end")),
        user=job.get("user") or (job.get("association") or {}).get("user") or None,
        account=job.get("account") or None,
        group=job.get("group") or None,
        queue=job.get("partition") or None,
        qos=job.get("qos") or None,
        nodes=nodes or None,
        cores=given.get("cpu") or number((job.get("required") or {}).get("CPUs")) or None,
        elapsed_s=elapsed,
        cpu_s=_cpu(steps, tally) if started else None,
        limit_s=minutes(times.get("limit")),
        memory_asked_b=memory * MEBIBYTE if memory else None,
        memory_used_b=max((used for step in steps if (used := _used(step).get("mem"))), default=None),
        name=job.get("name") or None,
        exit_code=_exit_code(job.get("exit_code") or {}, state),
    )


def _cpu(steps: Sequence[Json], tally: Tally) -> float | None:
    """As `accounting.cpu_of`."""
    total = 0.0
    for step in steps:
        spent = step["time"].get("total") or {}
        seconds = (number(spent.get("seconds")) or 0) + (number(spent.get("microseconds")) or 0) / 1e6
        if not seconds:
            used = _used(step).get("cpu")
            if used is None and number(step["time"].get("elapsed")):
                tally.note("a step without CPU time")
                return None
            seconds = (used or 0) / 1000
        total += seconds
    return round(total, 3) if steps else None


def _used(step: Json) -> dict[str, int]:
    return _tres(((step.get("tres") or {}).get("requested") or {}).get("total"))


def _tres(listed: Sequence[Json] | None) -> dict[str, int]:
    counts = {one["type"]: number(one.get("count")) for one in listed or () if one.get("type")}
    return {name: count for name, count in counts.items() if count is not None}


def _exit_code(code: Json, state: str) -> int | None:
    """22.05 says 0 of jobs that failed by themselves: unknown then."""
    signal = code.get("signal") or {}
    if ended_by := number(signal.get("id", signal.get("signal_id"))):
        return 128 + ended_by
    returned = number(code.get("return_code"))
    return None if not returned and state == "failed" else returned


def number(value: Any) -> int | None:
    """A whole number in either form; None: not set. Infinite: UNLIMITED_S."""
    if isinstance(value, Mapping):
        if value.get("infinite"):
            return UNLIMITED_S
        value = value.get("number") if value.get("set", True) else None
    return None if value is None or value == "" else int(value)


def minutes(value: Any) -> int | None:
    """A limit in seconds."""
    found = number(value)
    if found is None or found == UNLIMITED_S:
        return found
    return UNLIMITED_S if found * 60 == f.YEAR_S else found * 60


def moment(value: Any) -> datetime | None:
    """Seconds since 1970; 0: there is none."""
    seconds = number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < UNLIMITED_S else None


def states(value: Any) -> str:
    """As squeue would print them."""
    return ",".join(value) if isinstance(value, list) else str(value)
