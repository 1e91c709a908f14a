"""From a file of jobs to findings, without a database: read, judge, explain.

    told = explain_file(Path("dump"), reader, tally, now=clock.now())
    told.explanation.to_json()

A flag or a weight that stands in the file takes the place of the detectors and of lost core-hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from vigie.contracts.batch import JOBS, JobFile, ScansFast, Tally
from vigie.jobs.detect.flagging import Flags, flag
from vigie.jobs.detect.thresholds import Thresholds
from vigie.jobs.lake.engine import DuckEngine, Engine
from vigie.lib.explain import Explanation, explain

USUAL = (
    "experiment",
    "user",
    "account",
    "group",
    "queue",
    "qos",
    "node",
    "name_shape",
    "submitted_from",
    "hour",
)
"""Attributes that are looked at if none is named: those of them that the file knows and that differ between jobs."""

DERIVED = ("name_shape", "node", "hour")
MOST_VALUES = 1000  # a whole number with more values is a measurement, not a name
WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
YES, NO = ("1", "1.0", "true", "t", "yes"), ("0", "0.0", "false", "f", "no", "")
FLAG, WEIGHT, TIME = "vigie_flag", "vigie_weight", "vigie_time"
OWN_LOSS = (
    "CASE WHEN elapsed_s > 0 AND cores > 0 AND cpu_s >= 0 "
    "THEN greatest(elapsed_s * cores - cpu_s, 0.0) / 3600.0 ELSE 0.0 END"
)


class Unfit(ValueError):
    """What was asked for can't be read from this file; the text says why and what there is."""


@dataclass(frozen=True)
class Asked:
    """What to look at; "" and () mean: as the detectors find, by lost core-hours, the usual attributes."""

    attributes: Sequence[str] = ()
    flag: str = ""
    weight: str = ""
    cluster: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True)
class Told:
    """`flags` is None where the file's own flag was used. `attributes` are those that were looked at."""

    explanation: Explanation
    flags: Flags | None
    attributes: tuple[str, ...]
    weighed: bool  # false: neither a weight nor lost core-hours were known; each flagged row counts 1


def explain_file(
    path: Path,
    reader: JobFile,
    tally: Tally,
    *,
    now: datetime,
    asked: Asked = Asked(),
    thresholds: Thresholds | None = None,
) -> Told:
    """What the bad jobs of a file have in common. Raises Unfit, BatchFailure (of the reader), EngineTrouble."""
    table, own = _own_columns(_read(path, reader, tally, asked))
    for name in filter(None, (asked.flag, asked.weight, *asked.attributes)):
        if name not in {*own, *table.column_names, *DERIVED}:
            raise Unfit(f"{path} has no column “{name}”; it has {', '.join([*_filled(table), *own])}")
    with DuckEngine.over_table(table, zone=asked.zone) as engine:
        flags = None
        if not asked.flag:
            flags = flag(engine, thresholds, now=now, carry=list(own.values()))
        return _explained(engine, asked, own, flags)


def _read(path: Path, reader: JobFile, tally: Tally, asked: Asked) -> pa.Table:
    columns = asked.columns or None
    if isinstance(reader, ScansFast):
        return reader.scan(path, tally, cluster=asked.cluster, columns=columns, zone=asked.zone)
    batches = reader.read(path, tally, cluster=asked.cluster, columns=columns)
    return pa.Table.from_batches(batches, JOBS)


def _own_columns(table: pa.Table) -> tuple[pa.Table, dict[str, str]]:
    """The file's own columns under names of ours, which no name in it can disturb: {its name: ours}.

    An experiment that the file knows stays what it is: peers are found by it.
    """
    own: dict[str, str] = {}
    names = []
    for place, column in enumerate(table.schema):
        if column.name == "experiment":
            table = table.set_column(place, "experiment", table.column(place).cast(pa.string()))
        if column.name not in JOBS.names and column.name != "experiment":
            own[column.name] = f"own_{place}"
        names.append(own.get(column.name, column.name))
    return table.rename_columns(names), own


def _filled(table: pa.Table) -> list[str]:
    return [name for name in JOBS.names if table.column(name).null_count < table.num_rows]


def _explained(engine: Engine, asked: Asked, own: Mapping[str, str], flags: Flags | None) -> Told:
    relation = "verdicts" if flags else "prepared"
    weight = _weight(engine, asked, own, judged=bool(flags))
    flagged = _flagged(engine, asked, own) if asked.flag else "lost IS NOT NULL"
    chosen = list(asked.attributes) or _telling(engine, relation, asked, own)
    parts = [f"{_column(own, name)} AS {_quoted(name)}" for name in chosen]
    data = engine.arrow(
        f"SELECT {', '.join([*parts, f'{flagged} AS {FLAG}', f'{weight or 0.0} AS {WEIGHT}', f'started AS {TIME}'])} "  # noqa: S608 # quoted
        f"FROM {relation}"
    )
    if not chosen:
        return Told(_unexplained(data), flags, (), weighed=bool(weight))
    dated = data.column(TIME).null_count < data.num_rows
    try:
        explanation = explain(
            data,
            flag=FLAG,
            weight=WEIGHT if weight else None,
            attributes=chosen,
            time=TIME if dated else None,
        )
    except ValueError as error:
        raise Unfit(str(error).replace(WEIGHT, asked.weight).replace(FLAG, asked.flag)) from error
    return Told(explanation, flags, tuple(chosen), weighed=bool(weight))


def _weight(engine: Engine, asked: Asked, own: Mapping[str, str], *, judged: bool) -> str:
    """The loss of a row as SQL; "" if nothing is known of it. Raises Unfit for a weight that isn't numbers."""
    if asked.weight:
        column = _column(own, asked.weight)
        words = engine.rows(
            f"SELECT CAST({column} AS VARCHAR) AS word FROM prepared "  # noqa: S608 # quoted
            f"WHERE {column} IS NOT NULL AND TRY_CAST({column} AS DOUBLE) IS NULL LIMIT 1"
        )
        if words:
            raise Unfit(f"the weight {asked.weight} must be numbers; there is “{words[0]['word']:.60}” in it")
        return f"coalesce(TRY_CAST({column} AS DOUBLE), 0.0)"
    if judged:
        return "coalesce(lost, 0.0)"
    known = engine.rows(
        "SELECT 1 AS one FROM prepared WHERE elapsed_s > 0 AND cores > 0 AND cpu_s >= 0 LIMIT 1"
    )
    return OWN_LOSS if known else ""


def _flagged(engine: Engine, asked: Asked, own: Mapping[str, str]) -> str:
    """The file's own flag as SQL. Raises Unfit for one that isn't 0 or 1."""
    word = f"lower(trim(CAST({_column(own, asked.flag)} AS VARCHAR)))"
    odd = engine.rows(
        f"SELECT {word} AS word FROM prepared WHERE {word} NOT IN ({_listed(*YES, *NO)}) LIMIT 1"  # noqa: S608 # quoted
    )
    if odd:
        raise Unfit(f"the flag {asked.flag} must be 0 or 1; there is “{odd[0]['word']:.60}” in it")
    return f"coalesce({word} IN ({_listed(*YES)}), false)"


def _telling(engine: Engine, relation: str, asked: Asked, own: Mapping[str, str]) -> list[str]:
    """The usual attributes and the file's own columns, those that differ between jobs and don't number them."""
    taken = {asked.flag, asked.weight}
    names = [name for name in (*USUAL, *own) if name not in taken]
    asks = [f"approx_count_distinct({_column(own, name)})" for name in names]
    kinds = [f"any_value(typeof({_column(own, name)}))" for name in names]
    [row] = engine.rows(
        f"SELECT count(*) AS jobs, [{', '.join(asks)}] AS counts, [{', '.join(kinds)}] AS kinds FROM {relation}"  # noqa: S608 # quoted
    )
    told = []
    for name, count, kind in zip(names, row["counts"], row["kinds"], strict=True):
        most = MOST_VALUES if kind in WHOLE else max(MOST_VALUES, row["jobs"] // 2)
        if count > 1 and (name in USUAL or (kind in {*WHOLE, "VARCHAR", "BOOLEAN"} and count <= most)):
            told.append(name)
    return list(dict.fromkeys(told))


def _unexplained(data: pa.Table) -> Explanation:
    """What can be said where no attribute tells one job from another."""
    flagged = data.filter(data.column(FLAG))
    lost = float(sum(flagged.column(WEIGHT).to_pylist()))
    return Explanation(data.num_rows, flagged.num_rows, lost, (), lost, 0)


def _column(own: Mapping[str, str], name: str) -> str:
    return _quoted(own.get(name, name))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(*words: str) -> str:
    return ", ".join(f"'{word}'" for word in words)
