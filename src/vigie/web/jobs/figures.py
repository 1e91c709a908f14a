"""Efficiency by experiment over time, the heat map of nodes, one kind of job against its peers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.experiments.models import Experiment
from vigie.jobs.findings.queries import charts as queries
from vigie.jobs.findings.queries.charts import EfficiencySeries, NodeHeat
from vigie.jobs.findings.queries.spread import Bin, spread
from vigie.jobs.findings.texts import amount
from vigie.web.access import StaffRequest, staff
from vigie.web.jobs import charts
from vigie.web.jobs.cached import once
from vigie.web.jobs.words import percent, short_date
from vigie.web.lists import carried, words_of

DAYS = 14
WORST_NAMED = 3
FELL = 0.03  # less is the ordinary to and fro
WORST_NODES = 12
LOW, POOR = 0.25, 0.6  # below: hatched, dotted
MOST_NODES = 3000


@staff
@require_safe
def experiments(request: StaffRequest) -> HttpResponse:
    """The lines: the experiment of the address stands out, else those whose efficiency fell furthest."""
    series = once(("efficiency", DAYS), lambda: queries.efficiency_by_experiment(DAYS))
    columns = ("experiment", "day", "efficiency", "core_hours")
    if file := carried(request, "efficiency", columns, _day_records(series)):
        return file
    names = dict(Experiment.objects.values_list("code", "name"))
    wanted = words_of(request, "experiment")
    shown = [_series_shown(one, names) for one in series]
    picked = [one["label"] for one in shown if one["code"] == wanted and wanted]
    falling = sorted(shown, key=lambda one: one["fell"])
    named = picked or [one["label"] for one in falling if one["fell"] < -FELL][:WORST_NAMED]
    context = {
        "here": "experiments",
        "rows": shown,
        "days": [value.day for value in series[0].days] if series else [],
        "named": named,
        "experiment": wanted if picked else "",
        "span": DAYS,
        "chart": _lines(series, names, named) if series else "",
        "worst": falling[0] if falling and falling[0]["fell"] < -FELL else None,
    }
    return render(request, "jobs/experiments.html", context)


def _lines(series: Sequence[EfficiencySeries], names: dict[str, str], named: Sequence[str]) -> Any:
    points = tuple(
        (f"{value.day:%Y-%m-%d}", names.get(one.experiment) or _label(one), round(value.efficiency * 100, 1))
        for one in series
        for value in one.days
        if value.efficiency is not None
    )
    words = {f"{value.day:%Y-%m-%d}": short_date(value.day) for one in series[:1] for value in one.days}
    return charts.efficiency_lines(
        points, days=tuple(words.items()), named=tuple(named), unit=_("CPU efficiency, %")
    )


def _label(one: EfficiencySeries) -> str:
    return one.experiment or _("no experiment")


def _series_shown(one: EfficiencySeries, names: dict[str, str]) -> dict[str, Any]:
    """A row of the table: how efficient lately, how before, what it used."""
    known = [value for value in one.days if value.efficiency is not None and value.core_hours]
    late, early = known[-2:], known[:-2]
    now, before = _mean(late), _mean(early)
    return {
        "code": one.experiment,
        "label": names.get(one.experiment) or _label(one),
        "now": percent(now),
        "before": percent(before),
        "fell": (now - before) if now is not None and before is not None else 0.0,
        "core_hours": amount(one.core_hours),
        "spark": charts.spark(tuple(value.efficiency or 0.0 for value in one.days), top=1.0),
        "days": [(value.day, percent(value.efficiency)) for value in one.days],
    }


def _mean(days: Sequence[Any]) -> float | None:
    """Weighted by the core-hours of each day."""
    weight = sum(value.core_hours for value in days)
    return sum(value.efficiency * value.core_hours for value in days) / weight if weight else None


def _day_records(series: Sequence[EfficiencySeries]) -> Iterator[dict[str, Any]]:
    for one in series:
        for value in one.days:
            yield {
                "experiment": one.experiment,
                "day": value.day.isoformat(),
                "efficiency": "" if value.efficiency is None else round(value.efficiency, 4),
                "core_hours": round(value.core_hours, 2),
            }


@dataclass(frozen=True)
class Cell:
    """A node on the map: its number, pattern, and the whole in words."""

    node: str
    cluster: str
    number: str
    kind: str
    words: str


@staff
@require_safe
def nodes(request: StaffRequest) -> HttpResponse:
    """Racks as rows, nodes as cells: a number, a pattern and words in each; a cell leads to its jobs."""
    cluster = words_of(request, "cluster")
    found = once(("nodes", cluster), lambda: queries.node_heat(cluster))
    columns = ("cluster", "rack", "node", "jobs", "flagged", "cores", "efficiency", "lost_per_day")
    if file := carried(request, "nodes", columns, (vars(one) for one in found)):
        return file
    racks = [
        _rack(name, list(rows))
        for name, rows in groupby(found[:MOST_NODES], key=lambda one: (one.cluster, one.rack))
    ]
    worst = sorted((one for one in found if one.flagged), key=lambda one: -one.lost_per_day)
    context = {
        "here": "nodes",
        "racks": racks,
        "nodes": len(found),
        "bad": len(worst),
        "worst": [(one, amount(one.lost_per_day), percent(one.efficiency)) for one in worst[:WORST_NODES]],
        "worst_rack": max(racks, key=lambda rack: rack["cost"]) if racks else None,
        "mapped": any(one.rack for one in found),
        "several": len({one.cluster for one in found}) > 1,
        "cut": len(found) > MOST_NODES,
    }
    return render(request, "jobs/nodes.html", context)


def _rack(name: tuple[str, str], rows: Sequence[NodeHeat]) -> dict[str, Any]:
    known = [one for one in rows if one.efficiency is not None]
    cores = sum(one.cores for one in known)
    mean = sum((one.efficiency or 0) * one.cores for one in known) / cores if cores else None
    cost = sum(one.lost_per_day for one in rows)
    return {
        "cluster": name[0],
        "rack": name[1],
        "cells": [_cell(one) for one in rows],
        "cost": cost,
        "lost": amount(cost),
        "mean": percent(mean),
        "state": _kind(mean),
    }


def _kind(efficiency: float | None) -> str:
    if efficiency is None:
        return "unknown"
    return "none" if efficiency < LOW else "single" if efficiency < POOR else "covered"


def _cell(one: NodeHeat) -> Cell:
    words = _(
        "%(node)s: %(efficiency)s of its CPU, %(bad)d of %(jobs)d jobs bad, %(lost)s core-hours a day"
    ) % {
        "node": one.node,
        "efficiency": percent(one.efficiency),
        "bad": one.flagged,
        "jobs": one.jobs,
        "lost": amount(one.lost_per_day),
    }
    number = "–" if one.efficiency is None else str(round(min(one.efficiency, 1.0) * 100))
    return Cell(one.node, one.cluster, number, _kind(one.efficiency), words)


@staff
@require_safe
def peers(request: StaffRequest) -> HttpResponse:
    """Jobs that run now and are bad, by efficiency, beside all others of the same experiment (or of the farm)."""
    experiment = words_of(request, "experiment")
    user = words_of(request, "user")
    shape = words_of(request, "name_shape")
    found = once(("peers", experiment, user, shape), lambda: spread(experiment, user, shape))
    columns = ("low", "bad", "others")
    if file := carried(request, "peers", columns, (vars(one) for one in found)):
        return file
    bad, others = sum(one.bad for one in found), sum(one.others for one in found)
    context = {
        "here": "peers",
        "bins": [(percent(one.low), percent(one.low + 1 / len(found)), one.bad, one.others) for one in found],
        "bad": bad,
        "others": others,
        "middle": percent(_middle(found)),
        "filters": {"experiment": experiment, "user": user, "name_shape": shape},
        "filtered": bool(experiment or user or shape),
        "experiments": Experiment.objects.order_by("name").values_list("code", "name"),
        "chart": _spread(found) if bad + others else "",
    }
    return render(request, "jobs/peers.html", context)


def _middle(bins: Sequence[Bin]) -> float | None:
    """Where half of the others are below, to a bin."""
    half, below = sum(one.others for one in bins) / 2, 0
    for one in bins:
        below += one.others
        if below >= half and half:
            return one.low + 0.5 / len(bins)
    return None


def _spread(bins: Sequence[Bin]) -> Any:
    """Each group as shares of its own whole: a thousand jobs beside twenty would leave the twenty unseen."""
    group, others = _("bad jobs"), _("other jobs")
    whole = {group: sum(one.bad for one in bins) or 1, others: sum(one.others for one in bins) or 1}
    rows = tuple(
        (round(one.low * 100), kind, round(100 * value / whole[kind], 1))
        for one in bins
        for kind, value in ((group, one.bad), (others, one.others))
    )
    return charts.distribution(
        rows, group=group, peers=others, unit=_("CPU efficiency, %"), jobs=_("share of the jobs, %")
    )
