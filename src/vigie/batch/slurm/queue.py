"""What `squeue` tells of jobs that are there now: waiting, running, ending."""

from collections.abc import Iterable, Iterator, Mapping

from vigie.batch.slurm import fields as f
from vigie.batch.slurm.accounting import memory_asked
from vigie.batch.slurm.rows import Attempt
from vigie.contracts.batch import LIVE, Tally

FIELDS = (
    *(
        "JobArrayID",
        "JobID",
        "SubmitTime",
        "StartTime",
        "UserName",
        "Account",
        "GroupName",
        "Partition",
        "QOS",
    ),
    *(
        "NodeList",
        "NumCPUs",
        "NumNodes",
        "TimeUsed",
        "TimeLimit",
        "tres-alloc",
        "MinMemory",
        "State",
        "Reason",
    ),
    *("AllocNodes", "Name"),
)
"""Types of squeue -O. `JobArrayID` is the id as users write it; `JobID` Slurm's own number, which `sstat` wants."""

Record = Mapping[str, str]


def attempts(records: Iterable[Record], cluster: str, tally: Tally) -> Iterator[tuple[str, Attempt]]:
    """Slurm's own number and the attempt; a record that can't be read is put aside."""
    for line, record in enumerate(records, start=1):
        try:
            read = attempt(record, cluster)
        except ValueError as error:
            tally.put_aside(line, str(error), "|".join(record.values()))
            continue
        if read.state in LIVE:  # it may have ended while squeue printed
            yield record["JobID"], read


def attempt(job: Record, cluster: str) -> Attempt:
    """One job as it is now. Raises ValueError, with the text in it, if a value is not Slurm's."""
    state = f.state(job["State"], job["Reason"])
    runs = state not in {"waiting", "held"}
    nodes = f.node_names(job["NodeList"]) if runs else ()
    cores = f.count(job["NumCPUs"])
    elapsed = f.duration(job["TimeUsed"]) if runs else 0
    return Attempt(
        cluster=cluster,
        job_id=job["JobArrayID"],
        state=state,
        submitted=f.moment(job["SubmitTime"]),
        started=f.moment(job["StartTime"])
        if runs
        else None,  # of a waiting one it is a guess of the scheduler's
        user=f.known(job["UserName"]),
        account=f.known(job["Account"]),
        group=f.known(job["GroupName"]),
        queue=f.known(job["Partition"]),
        qos=f.known(job["QOS"]),
        nodes=nodes or None,
        cores=cores,
        elapsed_s=None if elapsed is None else int(elapsed),
        limit_s=f.limit(job["TimeLimit"]),
        memory_asked_b=memory_asked(
            f.tres(job["tres-alloc"]), {}, job["MinMemory"], f.count(job["NumNodes"]), cores
        ),
        name=job["Name"] or None,
        submitted_from=f.known(job["AllocNodes"]),
    )
