"""What keeps a detector from crying wolf: one relation, `judged`, that says of each attempt whether it may be judged.

Beside the columns of the prepared view it has

    due        it is to be judged now; the others are there as peers
    live       it still runs
    settled    it began, and ran for longer than `min_age`
    doubt      why its CPU efficiency can't be known (`DOUBTS`); null: it can
    cpu_known  doubt is null
    outage_s   how long of its time an outage explains
    judged_s   its elapsed time without outages and without `staging`, in which nothing is expected of it
    kind       what its peers share: experiment (else account, group, user) and name shape (else user)
    whose      its user, "" if unknown
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vigie.jobs.detect.detector import Threshold, Unit, Words

OUTAGE = ("cluster", "queue", "since", "until")
"""Columns of the relation `outages`: times at which jobs can't do their work. A null cluster or queue means all."""

EXEMPTION = ("cluster", "user", "experiment", "queue", "job_id", "reason", "until")
"""Columns of the relation `exemptions`: who is not flagged, why, until when. A null means any; all null exempts nobody."""

SKEW_S = 300  # clocks of two hosts may differ so much
EXCESS = 1.1  # CPU time above elapsed × cores by more than this can't be true
SILENT = 20  # so many settled attempts of a cluster without a second of CPU: it isn't measured there

DOUBTS: dict[str, Words] = {
    "no-cpu": Words("CPU time is missing", "le temps CPU manque"),
    "no-cores": Words("the number of cores is missing", "le nombre de cœurs manque"),
    "no-time": Words("the elapsed time is missing", "le temps écoulé manque"),
    "clocks": Words("times contradict each other", "les heures se contredisent"),
    "excess": Words("more CPU time than elapsed × cores", "plus de temps CPU que temps écoulé × cœurs"),
    "not-measured": Words("the cluster measures no CPU time", "la grappe ne mesure pas le temps CPU"),
}

GUARDS = (
    Threshold(
        "min_age",
        1800,
        Unit.SECONDS,
        Words(
            "nothing is said of a job that ran for less",
            "rien n’est dit d’un job qui a tourné moins longtemps",
        ),
        Words(
            "ours: the sampling time of DIRAC's watchdog",
            "de Vigie : la durée d’échantillonnage du watchdog de DIRAC",
        ),
    ),
    Threshold(
        "min_loss",
        0.5,
        Unit.CORE_HOURS,
        Words("nothing is said of a smaller loss", "rien n’est dit d’une perte plus petite"),
        Words("ours: half an hour of one core", "de Vigie : une demi-heure d’un cœur"),
    ),
    Threshold(
        "staging",
        600,
        Unit.SECONDS,
        Words(
            "so much of its time may go into staging data in and out",
            "part de son temps qui peut passer à recopier des données",
        ),
        Words("ours", "de Vigie"),
    ),
)

SECTION = "guards"
"""Where the configuration keeps them: `[detect.guards]`."""

_PREPARED = (
    *(
        "cluster",
        "job_id",
        "submitted",
        "started",
        "ended",
        '"user"',
        "account",
        '"group"',
        "queue",
        "qos",
        "cores",
    ),
    *(
        "elapsed_s",
        "cpu_s",
        "limit_s",
        "memory_asked_b",
        "memory_used_b",
        "state",
        "submitted_from",
        "experiment",
    ),
    *("person", "language", "rack", "node", "service", "name_shape", "efficiency", "hour"),
)


@dataclass(frozen=True)
class Window:
    """A time in which jobs could not do their work; None: every cluster, every queue."""

    cluster: str | None
    queue: str | None
    since: datetime
    until: datetime


BARE = ("#", "*")
"""Shapes of names that are nothing but a number: they say as much as no name."""

KIND = (
    """coalesce(experiment, account, "group", "user", '') || chr(31) || """
    f"""coalesce(CASE WHEN name_shape NOT IN ({", ".join(map(repr, BARE))}) THEN name_shape END, "user", '') AS kind, """
    """coalesce("user", '') AS whose"""
)


def relation(*, latest: bool, carry: Sequence[str] = ()) -> str:
    """The attempts that a desk knows: those that ended, and with `latest` those that run. `carry`: further columns."""
    plain = ", ".join([*_PREPARED, *carry])
    source = f"SELECT {plain}, {KIND} FROM prepared"  # noqa: S608 # our own names
    if latest:
        source += (
            f" UNION ALL SELECT {plain}, {KIND} FROM prepared_latest AS l "  # noqa: S608 # same
            f"WHERE NOT EXISTS ({_ENDED})"
        )
    return source


def judged(
    source: str, *, now: datetime, since: datetime | None, outages: Sequence[Window], silent: Iterable[str]
) -> str:
    """The SELECT of the relation over `source` (`relation`); thresholds are still {named} in it."""
    due = "true" if since is None else f"(ended IS NULL OR ended >= {moment(since)})"
    return f"""
SELECT *,
  doubt IS NULL AS cpu_known,
  greatest(elapsed_s - outage_s - {{staging}}, 0) AS judged_s
FROM (
  SELECT *,
    {_doubt(silent)} AS doubt,
    least({explained(outages)}, elapsed_s) AS outage_s
  FROM (
    SELECT *,
      {due} AS due,
      ended IS NULL AND state IN ('running', 'suspended', 'ending') AS live,
      coalesce(state NOT IN ('waiting', 'held'), true) AND coalesce(elapsed_s, end_s - start_s) >= {{min_age}} AS settled
    FROM (
      SELECT *, epoch(started) AS start_s, epoch(coalesce(ended, {moment(now)})) AS end_s FROM ({source}) AS a
    ) AS b
  ) AS c
) AS d"""  # noqa: S608 # same


_ENDED = (
    "SELECT 1 FROM jobs AS j WHERE j.cluster = l.cluster AND j.job_id = l.job_id "
    "AND j.submitted IS NOT DISTINCT FROM l.submitted AND j.started IS NOT DISTINCT FROM l.started"
)


def _doubt(silent: Iterable[str]) -> str:
    names = ", ".join(text(name) for name in sorted(silent))
    unmeasured = f"WHEN cluster IN ({names}) THEN 'not-measured'" if names else ""
    return f"""CASE
      WHEN elapsed_s IS NULL OR elapsed_s = 0 THEN 'no-time'
      WHEN elapsed_s < 0 OR end_s < start_s - {SKEW_S} OR elapsed_s > end_s - start_s + {SKEW_S} THEN 'clocks'
      WHEN cores IS NULL OR cores <= 0 THEN 'no-cores'
      WHEN cpu_s IS NULL OR cpu_s < 0 THEN 'no-cpu'
      WHEN NOT cpu_s <= {EXCESS} * elapsed_s * cores + {SKEW_S} THEN 'excess'
      {unmeasured} END"""


def explained(outages: Sequence[Window]) -> str:
    """How many seconds of [start_s, end_s] lie in an outage of the attempt's cluster and queue, each second once."""
    places = sorted(
        {(one.cluster, one.queue) for one in outages}, key=lambda place: (place[0] is None, place[1] is None)
    )
    named = {cluster for cluster, _queue in places if cluster is not None}
    queues = {queue for _cluster, queue in places if queue is not None}
    arms = [(cluster, queue) for cluster in [*sorted(named), None] for queue in [*sorted(queues), None]]
    lines = []
    for cluster, queue in arms:
        hit = merged(one for one in outages if one.cluster in {cluster, None} and one.queue in {queue, None})
        if hit:
            which = [f"cluster = {text(cluster)}"] if cluster is not None else []
            which += [f"queue = {text(queue)}"] if queue is not None else []
            lines.append(
                f"WHEN {' AND '.join(which) or 'true'} THEN {' + '.join(_overlap(*span) for span in hit)}"
            )
    return f"CASE {' '.join(lines)} ELSE 0.0 END" if lines else "0.0"


def merged(windows: Iterable[Window]) -> list[tuple[datetime, datetime]]:
    """Their union: spans that don't touch, in order; what ends before it begins is left out."""
    spans: list[tuple[datetime, datetime]] = []
    for since, until in sorted((one.since, one.until) for one in windows if one.since < one.until):
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], until))
        else:
            spans.append((since, until))
    return spans


class Touched:
    """`{touched[from_s]}` in an expression: an outage of the row's cluster and queue touches [from_s, at_seen_s]."""

    def __init__(self, outages: Sequence[Window]) -> None:
        self._outages = outages

    def __getitem__(self, column: str) -> str:
        touches = [
            " AND ".join(
                [
                    f"at_seen_s > {one.since.timestamp()} AND {column} < {one.until.timestamp()}",
                    *([f"cluster = {text(one.cluster)}"] if one.cluster is not None else []),
                    *([f"queue = {text(one.queue)}"] if one.queue is not None else []),
                ]
            )
            for one in self._outages
        ]
        return f"coalesce({' OR '.join(touches)}, false)" if touches else "false"


def _overlap(since: datetime, until: datetime) -> str:
    return f"greatest(least(end_s, {until.timestamp()}) - greatest(start_s, {since.timestamp()}), 0.0)"


def windows(rows: Iterable[Mapping[str, Any]], *, now: datetime) -> list[Window]:
    """The outages of a relation; one without an end goes on."""
    return [
        Window(row["cluster"], row["queue"], row["since"], row["until"] or now)
        for row in rows
        if row["since"]
    ]


def exempt(rows: Iterable[Mapping[str, Any]], *, now: datetime) -> str:
    """The condition that an exemption which still counts covers the row."""
    names = ("cluster", "user", "experiment", "queue", "job_id")
    covers = []
    for row in rows:
        said = [f'"{name}" = {text(str(row[name]))}' for name in names if row.get(name) is not None]
        if said and (row["until"] is None or row["until"] > now):
            covers.append(f"({' AND '.join(said)})")
    return f"coalesce({' OR '.join(covers)}, false)" if covers else "false"


def text(value: str) -> str:
    """A text as SQL says it."""
    return "'" + value.replace("'", "''") + "'"


def moment(value: datetime) -> str:
    """A time as SQL says it. It must be aware."""
    return f"CAST('{value.astimezone(UTC).isoformat()}' AS TIMESTAMPTZ)"
