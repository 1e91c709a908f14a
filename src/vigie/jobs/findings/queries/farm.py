"""The lake as the desk sees it: with its maps of accounts, nodes and queues, in the centre's zone."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings
from django.db.models import Q

from vigie.contracts.batch import MOMENT
from vigie.experiments.models import FarmAccount
from vigie.jobs.detect.guards import EXEMPTION, OUTAGE
from vigie.jobs.detect.thresholds import Thresholds
from vigie.jobs.detect.thresholds import read as read_thresholds
from vigie.jobs.findings import slow
from vigie.jobs.findings.models import OutageWindow, Place
from vigie.jobs.findings.queries.findings import exemptions as exemptions_in_force
from vigie.jobs.findings.rules import ExemptionKind, PlaceKind
from vigie.jobs.lake.engine import DuckEngine, FilesTrouble
from vigie.jobs.lake.folder import LakeTrouble
from vigie.jobs.lake.lake import Lake
from vigie.jobs.lake.schema import ACCOUNTS, NODE_MAP, QUEUE_MAP
from vigie.jobs.queries.lake import folder as lake_folder
from vigie.jobs.queries.lake import lake as desk_lake
from vigie.kernel.errors import Refused
from vigie.services.queries import touched_by

EXPLAINING = ("down", "degraded")  # the effects of an outage for which a job may wait


def lake() -> Lake:
    """The desk's."""
    return desk_lake()


def slow_root() -> Path:
    return lake_folder() / "slow"


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


def thresholds() -> Thresholds:
    """The numbers that detectors compare with here."""
    found, _faults = read_thresholds(settings.OPTIONS.detect)  # faults are said when a program starts
    return found


def exemptions() -> pa.Table:
    """The exemptions in force, for the detectors."""
    columns: dict[str, str] = {
        ExemptionKind.USER: "user",
        ExemptionKind.EXPERIMENT: "experiment",
        ExemptionKind.QUEUE: "queue",
        ExemptionKind.JOB: "job_id",
    }
    rows = [
        {
            "cluster": one.cluster or None,
            columns[one.kind]: one.value,
            "reason": one.reason,
            "until": one.until,
        }
        for one in exemptions_in_force()
    ]
    kinds = [MOMENT if name == "until" else pa.string() for name in EXEMPTION]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(EXEMPTION, kinds, strict=True))))


def outages(since: datetime, until: datetime) -> pa.Table:
    """When jobs could not do their work between these times: of each place whose service was down or degraded, or
    needs one that was.
    """
    schema = pa.schema([(name, MOMENT if name in {"since", "until"} else pa.string()) for name in OUTAGE])
    open_ = Q(ends_at__isnull=True) | Q(ends_at__gt=since)
    windows = OutageWindow.objects.filter(open_, starts_at__lt=until, effect__in=EXPLAINING)
    rows = []
    for window in windows.select_related("service"):
        hit = [service.pk for service in touched_by([window.service])]
        for place in Place.objects.filter(service__in=hit, active=True).exclude(kind=PlaceKind.NODE):
            queue = place.name if place.kind == PlaceKind.QUEUE else None
            span = {"since": window.starts_at, "until": window.ends_at}
            rows.append({"cluster": place.cluster, "queue": queue, **span})
    return pa.Table.from_pylist(rows, schema=schema)


def days(since: datetime, until: datetime) -> list[date]:
    """The days of the centre that [since, until) touches, in order."""
    zone = ZoneInfo(settings.TIME_ZONE)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@contextmanager
def opened(
    since: datetime | None = None, until: datetime | None = None, *, bad: pa.Table | None = None
) -> Iterator[DuckEngine]:
    """An engine over what ended or was seen in [since, until), with the maps; relation `slow`: `slow.SLOW`.

    Raises Refused if the files of the lake can't be read, in words for whoever sees to them.
    """
    try:
        engine = lake().open(since, until, maps(), zone=settings.TIME_ZONE)
        with engine:
            engine.register("slow", slow.SLOW.empty_table() if bad is None else bad)
            yield engine
    except (LakeTrouble, FilesTrouble) as error:
        raise Refused("jobs.lake_unreadable", str(error)) from error
