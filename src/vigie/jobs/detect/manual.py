"""The manual's page of detectors, made from the detectors: `python -m vigie.jobs.detect.manual > docs/manual/detectors.md`."""

from collections.abc import Iterator, Sequence

from vigie.jobs.detect.detector import Detector, Threshold, Unit
from vigie.jobs.detect.detectors import detectors
from vigie.jobs.detect.guards import DOUBTS, GUARDS
from vigie.jobs.detect.words import spoken

HEAD = """# Detectors

<!-- Made by `python -m vigie.jobs.detect.manual > docs/manual/detectors.md`. -->

A detector says that an attempt of a job is bad, why (in words, with its numbers), and how many core-hours were lost by it:
`max(0, (elapsed − outages) × cores − CPU) / 3600` unless its own text says otherwise. Where several flag one attempt the
largest loss counts, once. What was not measured is unknown, never slow.

Every threshold is an option of `vigie.toml`, for all jobs or for those of a place (`experiment`, `queue`, `account`, `group`,
`user`, `cluster`; the first that fits counts); times are in seconds, memory in bytes, shares between 0 and 1. Exceptions
don't apply to what is computed of many jobs at once (windows of samples, numbers of peers, their spread).

```toml
[detect.low-efficiency]
efficiency = 0.15

[[detect.low-efficiency.for]]
queue = "transfer"
efficiency = 0.01

[detect.asks-memory]
per_core = 3221225472        # our nodes have 3 GiB per core

[detect.asks-time]
enabled = false
```

`vigie check-config` explains what is wrong with it.
"""

GUARDED = """
## Guards against false alarms

Options of `[detect.guards]`:

{table}

Beside these:

- **Peers** are attempts of the same experiment (account, group or user where there is none) whose names have the same
  shape; where names are missing or only numbers, of the same user. Where the same user has enough of them, only those:
  what is I/O-bound by nature is measured by itself. History counts as well as today, each on its own.
- **Outages**: their time is taken out of a job's time, as if it had not run; each second once. Progress is not judged
  over a window that an outage touches.
- **Exemptions** by user, experiment, queue or job, with a reason and an end, spare what they name.
- **Suspended** time is no elapsed time. Waiting and held jobs are not looked at; a suspended or an ending one is not
  expected to make progress.
- **Unknown** is said of an attempt, and counted, where: {doubts}. Clocks may differ by five minutes; CPU time may exceed
  elapsed × cores by a tenth.

## Another detector

One file in `src/vigie/jobs/detect/detectors/` with one `DETECTOR`: nothing else lists it. Its expressions are DuckDB SQL over one
row of the relation `judged` (columns in `guards.py`), thresholds are named in braces. `applies` says which attempts are its
business, `measured` what must be known (else: unknown), `when` flags, `lost` says the core-hours, `numbers` those that the
sentence `why` names, in French and English. What must be computed of many attempts is a SELECT in `beside`, joined by the
columns `on`. Tests hold that Spark can be told the same, that both languages are there, and that this page is up to date.
"""


def page() -> str:
    """The whole page."""
    doubts = "; ".join(words.en for words in DOUBTS.values())
    parts = [HEAD, *(_section(one) for one in detectors())]
    return "".join([*parts, GUARDED.format(table=_table(GUARDS), doubts=doubts)])


def _section(one: Detector) -> str:
    lines = [
        f"\n## {one.title.en}: `{one.name}`\n",
        f"{one.about.en}\n",
        f"- rule: {one.formula}",
        f"- example: {one.example.en}",
        f"- it says: a job {one.why.en.replace('{', '*').replace('}', '*')}",
    ]
    if one.advice:
        lines.append("- advice: no core-hour is lost by it, so it takes no part in findings")
    if one.needs_samples:
        lines.append("- needs samples of running jobs")
    return "\n".join([*lines, "", _table(one.thresholds), ""])


def _table(thresholds: Sequence[Threshold]) -> str:
    return "\n".join(["| option | default | what | who says so |", "|---|---|---|---|", *_rows(thresholds)])


def _rows(thresholds: Sequence[Threshold]) -> Iterator[str]:
    for one in thresholds:
        plain = f"{one.default:g}" if one.default < 1e6 else f"{one.default:.0f}"  # noqa: PLR2004 # no 4.29497e+09
        said = spoken(one.default, one.unit, "en").replace("\u00a0", " ")
        shown = plain if one.unit in {Unit.COUNT, Unit.DEVIATIONS} or not one.default else f"{plain} ({said})"
        yield f"| `{one.name}` | {shown} | {one.about.en} | {one.source.en} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 # that is what it is for
