"""The lake as the desk sees it: with its maps of accounts, nodes and queues, in the centre's zone."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings

from vigie.experiments.models import FarmAccount
from vigie.jobs.findings import slow
from vigie.jobs.findings.models import Place
from vigie.jobs.findings.rules import PlaceKind
from vigie.jobs.lake.engine import DuckEngine
from vigie.jobs.lake.lake import Lake
from vigie.jobs.lake.schema import ACCOUNTS, NODE_MAP, QUEUE_MAP


def lake() -> Lake:
    """The desk's."""
    return Lake(root())


def root() -> Path:
    data: Path = settings.OPTIONS.data
    return data / "lake"


def slow_root() -> Path:
    return root() / "slow"


def maps() -> dict[str, pa.Table]:
    """What an engine must know of the desk: whose an account is, where a node stands, what a queue is part of."""
    fields = ("cluster", "username", "experiment__code", "person_name", "language")
    accounts = FarmAccount.objects.filter(active=True).values_list(*fields)
    places = Place.objects.filter(active=True)
    nodes = places.filter(kind=PlaceKind.NODE).values_list("cluster", "name", "rack")
    queues = places.filter(kind=PlaceKind.QUEUE, service__isnull=False)
    return {
        "accounts": _table(ACCOUNTS, accounts),
        "node_map": _table(NODE_MAP, nodes),
        "queue_map": _table(QUEUE_MAP, queues.values_list("cluster", "name", "service__code")),
    }


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [
            pa.array([value or None for value in column], kind)
            for column, kind in zip(columns, schema.types, strict=True)
        ],
        schema=schema,
    )


def days(since: datetime, until: datetime) -> list[date]:
    """The days of the centre that [since, until) touches, in order."""
    zone = ZoneInfo(settings.TIME_ZONE)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@contextmanager
def opened(
    since: datetime | None = None, until: datetime | None = None, *, bad: pa.Table | None = None
) -> Iterator[DuckEngine]:
    """An engine over what ended or was seen in [since, until), with the maps; relation `bad`: schema `slow.SLOW`."""
    engine = lake().open(since, until, maps(), zone=settings.TIME_ZONE)
    try:
        engine.register("bad", slow.SLOW.empty_table() if bad is None else bad)
        yield engine
    finally:
        engine.close()
