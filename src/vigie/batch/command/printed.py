"""What a command printed, as jobs: CSV with its header, a JSON array of objects, or one object a line."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from vigie.batch.command.settings import CommandSettings
from vigie.batch.files import mapping
from vigie.batch.files.source import Piece, Stream, sound
from vigie.batch.files.tables import csv_rows, header
from vigie.contracts.batch import JOBS, Refusal, Tally

ROWS = 1 << 16


def jobs(out: bytes, settings: CommandSettings, command: str, tally: Tally) -> Iterator[pa.RecordBatch]:
    """Batches of JOBS. Raises Refusal if it is neither, or says nothing of jobs."""
    data = sound(out.removeprefix(b"\xef\xbb\xbf"), tally)
    said = Path(command)
    if not data.strip():
        raise Refusal(
            f"{command} printed nothing: CSV needs its first line, JSON its brackets, even without jobs"
        )
    rows = _json(data, said, tally) if data.lstrip()[:1] in {b"[", b"{"} else _csv(data, said, tally)
    for batch in rows:
        for ours, theirs in settings.columns.items():
            if theirs not in batch.schema.names and ours != "ended" and len(batch):
                tally.note(f"no column {theirs!r} in what {command} prints: {ours} is unknown", len(batch))
        match = mapping.matched(batch.schema.names, _there(settings.columns, batch.schema.names), said)
        if "job_id" not in match.of:
            wanted = settings.columns.get("job_id", "job_id")
            raise Refusal(
                f"{command}: no column {wanted!r} for job_id; it printed {', '.join(batch.schema.names)[:300]}"
            )
        yield mapping.jobs(
            batch,
            match,
            tally,
            cluster=settings.cluster,
            zone=settings.zone,
            units=settings.units,
            states=settings.states,
        ).select(JOBS.names)


def _there(columns: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """A running job has no end, and its command may have no column for it."""
    return {ours: theirs for ours, theirs in columns.items() if theirs in names}


def _csv(data: bytes, said: Path, tally: Tally) -> Iterator[pa.RecordBatch]:
    names, delimiter = header(data, said)
    yield pa.RecordBatch.from_pydict(
        {name: pa.array([], pa.string()) for name in names}
    )  # the columns, without jobs too
    yield from csv_rows(Stream(iter([Piece(1, data)])), names, delimiter, tally)


def _json(data: bytes, said: Path, tally: Tally) -> Iterator[pa.RecordBatch]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = list(_lines(data, tally))
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list):
        raise Refusal(f"{said} printed JSON that is no list of jobs")
    good = [one for one in found if isinstance(one, dict)]
    for place, one in enumerate(found, start=1):
        if not isinstance(one, dict):
            tally.put_aside(place, "no object", str(one))
    if found and not good:
        raise Refusal(f"{said} printed JSON without any object that could be a job")
    for at in range(0, len(good), ROWS):
        part = good[at : at + ROWS]
        names = list(dict.fromkeys(name for one in part for name in one))
        yield pa.RecordBatch.from_pydict(
            {name: pa.array([_text(one.get(name)) for one in part], pa.string()) for name in names}
        )


def _lines(data: bytes, tally: Tally) -> Iterator[Any]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                tally.put_aside(number, f"no JSON: {error}", line.decode(errors="replace"))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return str(value)
