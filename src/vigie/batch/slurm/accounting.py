"""What `sacct` tells of attempts that ended.

An allocation line is an attempt; the steps below it carry what was used. Where CPU time stands:

- in each step's TotalCPU, user + system time of its processes (the allocation's own is zero in `--json` of 22.05, and
  while the job runs);
- where that is zero, in TRESUsageInTot's `cpu`, a sum over the step's tasks in whole seconds (25.05 leaves TotalCPU 0:
  https://github.com/NordicHPC/slurm2sql/issues/22);
- nowhere, if the step's end never reached the accounting (a node died): then the job's CPU time is unknown, not zero.

Memory used is the largest of its steps' (TRESUsageInTot's `mem`, all tasks together, or MaxRSS, the largest task's):
steps that ran at the same time may have used more together.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from vigie.batch.slurm import fields as f
from vigie.batch.slurm.rows import Attempt
from vigie.contracts.batch import Tally

FIELDS = (
    *("JobID", "Submit", "Start", "End", "User", "Account", "Group", "Partition", "QOS", "NodeList"),
    *("AllocCPUS", "ReqCPUS", "NNodes", "ElapsedRaw", "TotalCPU", "TRESUsageInTot", "MaxRSS", "Timelimit"),
    *("ReqMem", "ReqTRES", "AllocTRES", "State", "ExitCode", "JobName"),
)
STATES_ENDED = "BF,CA,CD,DL,F,NF,OOM,PR,RQ,RV,TO"
"""sacct --state: of an attempt that is over."""

Record = Mapping[str, str]


def attempts(records: Iterable[Record], cluster: str, tally: Tally) -> Iterator[Attempt]:
    """Each allocation line with what its steps used; a record that can't be read is put aside, and its steps."""
    allocation: Record = {}
    steps: list[Record] = []
    line = first = 0
    for line, record in enumerate(records, start=1):
        if (owner := f.step_of(record["JobID"])) is None:
            if allocation:
                yield from _whole(allocation, steps, cluster, tally, first)
            allocation, steps, first = record, [], line
        elif owner == allocation.get("JobID"):
            steps.append(record)
        else:
            tally.note("a step without its job")
    if allocation:
        yield from _whole(allocation, steps, cluster, tally, first)


def _whole(job: Record, steps: list[Record], cluster: str, tally: Tally, line: int) -> Iterator[Attempt]:
    try:
        yield attempt(job, steps, cluster, tally)
    except ValueError as error:
        tally.put_aside(line, str(error), "|".join(job.values()))


def attempt(job: Record, steps: list[Record], cluster: str, tally: Tally) -> Attempt:
    """One attempt. Raises ValueError, with the text in it, if a value is not Slurm's."""
    asked, given = f.tres(job["ReqTRES"]), f.tres(job["AllocTRES"])
    nodes = f.node_names(job["NodeList"])
    cores = f.count(job["AllocCPUS"]) or f.count(job["ReqCPUS"])
    elapsed = f.duration(job["ElapsedRaw"])
    started, ended = f.moment(job["Start"]), f.moment(job["End"])
    if not nodes and not elapsed:
        started = None  # never ran: some versions repeat the end here
    elif started and elapsed is None and ended:
        elapsed = max(ended - started, timedelta()).total_seconds()
        tally.note("an elapsed time made from start and end")
    return Attempt(
        cluster=cluster,
        job_id=job["JobID"],
        state=f.state(job["State"]),
        submitted=f.moment(job["Submit"]),
        started=started,
        ended=ended,
        user=f.known(job["User"]),
        account=f.known(job["Account"]),
        group=f.known(job["Group"]),
        queue=f.known(job["Partition"]),
        qos=f.known(job["QOS"]),
        nodes=nodes or None,
        cores=cores,
        elapsed_s=None if elapsed is None else int(elapsed),
        cpu_s=cpu_of(job, steps, tally) if started else None,
        limit_s=f.limit(job["Timelimit"]),
        memory_asked_b=memory_asked(asked, given, job["ReqMem"], f.count(job["NNodes"]), cores),
        memory_used_b=max(filter(None, map(memory_of, steps)), default=None),
        name=job["JobName"] if job["JobName"].strip() else None,
        exit_code=f.exit_code(job["ExitCode"]),
    )


def cpu_of(job: Record, steps: list[Record], tally: Tally) -> float | None:
    """Seconds of all steps; None if one of them that ran has none. `extern` is the allocation's own, and idle."""
    if not steps:
        return f.duration(job["TotalCPU"]) or None
    used = [step_cpu(step) for step in steps]
    if any(
        cpu is None and not step["JobID"].endswith(".extern") for cpu, step in zip(used, steps, strict=True)
    ):
        tally.note("a step without CPU time")
        return None
    return round(sum(filter(None, used)), 3)


def step_cpu(step: Record) -> float | None:
    """See the module. A step that did not last a second may well have used nothing."""
    if total := f.duration(step["TotalCPU"]):
        return total
    if (usage := f.tres(step["TRESUsageInTot"]).get("cpu")) is not None:
        return f.duration(usage)
    return None if f.duration(step["ElapsedRaw"]) else 0.0


def memory_of(step: Record) -> int | None:
    """Bytes; sacct and sstat --noconvert print bare ones. While a step runs the one is of now, the other its peak."""
    read = f.size(f.tres(step["TRESUsageInTot"]).get("mem", "")), f.size(step["MaxRSS"])
    return max((one.bytes for one in read if one), default=None)


def memory_asked(
    asked: Mapping[str, str], given: Mapping[str, str], request: str, nodes: int | None, cores: int | None
) -> int | None:
    """Bytes of the whole job: what it asked for, else what it got (--mem=0: all that the node has)."""
    for text in (asked.get("mem", ""), given.get("mem", ""), request):
        if read := f.size(text, "M"):
            return read.of_job(nodes, cores)
    return None
