"""The first line of a dump: which column stands where, and whether it is enough."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vigie.contracts.batch import Refusal, Tally

READ = [
    "JobID",
    "JobIDRaw",
    "JobName",
    "Cluster",
    "User",
    "Account",
    "Group",
    "Partition",
    "QOS",
    "State",
    "ExitCode",
    "Submit",
    "Start",
    "End",
    "Elapsed",
    "ElapsedRaw",
    "Timelimit",
    "TimelimitRaw",
    "NNodes",
    "AllocNodes",
    "NCPUS",
    "AllocCPUS",
    "ReqCPUS",
    "ReqMem",
    "MaxRSS",
    "NTasks",
    "TotalCPU",
    "TRESUsageInTot",
    "NodeList",
]
FREE = [
    "JobName",
    "SubmitLine",
    "Comment",
    "AdminComment",
    "SystemComment",
    "WorkDir",
    "Constraints",
    "Reason",
    "Container",
    "Reservation",
]
"""Columns that may hold the mark between columns: users write them. The first one first."""
TYPED = {
    "JobID": re.compile(r"\d+(?:_(?:\d+|\[[^\]]*\]))?(?:\+\d+)?(?:\..+)?", re.DOTALL),
    "JobIDRaw": re.compile(r"\d+(?:\+\d+)?(?:\..+)?", re.DOTALL),
    "State": re.compile(r"[A-Z][A-Z_]+(?:\+| by \S+)?|"),
    "ExitCode": re.compile(r"\d+:\d+|"),
} | dict.fromkeys(("Submit", "Start", "End", "Eligible"), re.compile(r"[-\d]+T[\d:]+\S*|\d+|Unknown|None|"))
TYPED |= dict.fromkeys(
    (
        "ElapsedRaw",
        "CPUTimeRAW",
        "NNodes",
        "NCPUS",
        "AllocCPUS",
        "AllocNodes",
        "ReqCPUS",
        "NTasks",
        "UID",
        "GID",
    ),
    re.compile(r"-?\d*"),
)
TYPED |= dict.fromkeys(
    ("Elapsed", "CPUTime", "TotalCPU", "UserCPU", "SystemCPU", "Suspended"), re.compile(r"[-\d:.]*|INVALID")
)
_ID = re.compile(r"JobID(?:Raw)?", re.IGNORECASE)
_MARKS = "|\t;^~"
_HINT = (
    "write it with: sacct -a -P -D -o JobID,JobName,Cluster,User,Account,Group,Partition,QOS,State,ExitCode,Submit,"
    "Start,End,ElapsedRaw,TimelimitRaw,NNodes,AllocCPUS,ReqMem,MaxRSS,NTasks,TotalCPU,TRESUsageInTot,NodeList"
)
_MISSED = {
    ("Start",): "when jobs began",
    ("State",): "how they ended",
    ("TotalCPU", "TRESUsageInTot"): "the CPU time that they used",
    ("AllocCPUS", "NCPUS", "ReqCPUS"): "how many cores they had",
}


@dataclass(frozen=True)
class Layout:
    """`names` are the columns in order, as sacct spells them where we know them; `at` says where one is."""

    mark: str
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column that names the job, as users write it if it is there."""
        return "JobID" if "JobID" in self.names else "JobIDRaw"

    @cached_property
    def free(self) -> list[int]:
        """Where the columns stand that may hold the mark, the likeliest first."""
        return [self.names.index(name) for name in FREE if name in self.names]

    @cached_property
    def typed(self) -> list[tuple[int, re.Pattern[str]]]:
        """Where the columns of a known form stand, and that form."""
        return [(column, TYPED[name]) for column, name in enumerate(self.names) if name in TYPED]

    @cached_property
    def wanted(self) -> list[str]:
        """The columns to read; the longer of two that say the same is left out."""
        got = {name for name in READ if name in self.names}
        for better, other in (("JobID", "JobIDRaw"), ("ElapsedRaw", "Elapsed"), ("TimelimitRaw", "Timelimit"),
                              ("AllocCPUS", "NCPUS"), ("AllocCPUS", "ReqCPUS"), ("NCPUS", "ReqCPUS"),
                              ("NNodes", "AllocNodes")):  # fmt: skip
            if better in got:
                got.discard(other)
        if "TRESUsageInTot" not in got:
            got.discard("NTasks")
        return [name for name in READ if name in got]


def layout(line: str, path: Path, tally: Tally) -> Layout:
    """Of the header line. Raises Refusal, with the command to use, where it is none or lacks the id."""
    found = _ID.search(line)
    if found is None:
        raise Refusal(
            f"{path}, line 1: no column JobID; the first line of a dump must name its columns"
            f" (no -n or --noheader): {_HINT}"
        )
    around = (
        line[found.end() : found.end() + 1],
        line[found.start() - 1 : found.start()] if found.start() else "",
    )
    mark = next((one for one in around if one and one in _MARKS), "")
    if not mark:
        raise Refusal(
            f"{path}, line 1: columns are not separated by | but by {around[0] or around[1]!r}"
            f" (is -P or --parsable2 missing?): {_HINT}"
        )
    spelt = {name.lower(): name for name in (*READ, *FREE, *TYPED)}
    names: list[str] = []
    for place, word in enumerate(line.split(mark)):
        name = spelt.get(word.strip().lower(), word.strip())
        names.append(name if name and name not in names else f"{name}#{place}")
    for columns, what in _MISSED.items():
        if not set(columns) & set(names):
            tally.note(f"no column {' or '.join(columns)}: {what} is unknown")
    others = sum(name.split("#")[0] not in READ for name in names)
    if others:
        tally.note("columns that are not needed", others)
    return Layout(mark, tuple(names))
