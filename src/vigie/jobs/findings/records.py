"""Findings, jobs and exemptions as plain data, the same for the command line, the API and the exports."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from vigie.jobs.findings.models import Exemption, Finding, FindingMeasure, FindingShare
from vigie.jobs.findings.queries.findings import Overview
from vigie.jobs.findings.queries.jobs import Curve, Job

Record = dict[str, Any]


def finding_record(one: Finding) -> Record:
    """A finding as every explanation of Vigie gives it, and what only one that lasts has: id, course, times."""
    return {
        "where": one.where,
        "jobs": one.jobs,
        "flagged": one.flagged,
        "lost_core_hours": round(one.lost_core_hours, 3),
        "risk_ratio": _rounded(one.risk_ratio),
        "interval": [_rounded(one.low), _rounded(one.high)],
        "sentence": {"fr": one.sentence_fr, "en": one.sentence_en},
        "id": one.pk,
        "cluster": one.cluster,
        "basis": one.basis,
        "course": one.course,
        "users": one.users,
        "lost_per_day": round(one.lost_per_day, 3),
        "since": one.since,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "gone_at": one.gone_at,
    }


def explanation_record(overview: Overview | None, found: Iterable[Finding]) -> Record:
    """The farm in the shape that `vigie jobs explain FILE --json` has."""
    lost = overview.lost_core_hours if overview else 0.0
    explained = overview.explained if overview else 0.0
    return {
        "jobs": overview.jobs if overview else 0,
        "flagged": overview.flagged if overview else 0,
        "lost_core_hours": round(lost, 3),
        "findings": [finding_record(one) for one in found],
        "unexplained_core_hours": round(lost * (1 - explained), 3),
    }


def measure_record(one: FindingMeasure) -> Record:
    return {
        "at": one.synthesis.at,
        "day": one.synthesis.day,
        "basis": one.synthesis.basis,
        "jobs": one.jobs,
        "flagged": one.flagged,
        "users": one.users,
        "lost_core_hours": round(one.lost_core_hours, 3),
        "lost_per_day": round(one.lost_per_day, 3),
        "risk_ratio": _rounded(one.risk_ratio),
        "interval": [_rounded(one.low), _rounded(one.high)],
    }


def share_record(one: FindingShare) -> Record:
    """`experiment` is a code, "" for jobs of none."""
    return {
        "experiment": one.experiment.code if one.experiment else "",
        "flagged": one.flagged,
        "users": one.users,
        "lost_core_hours": round(one.lost_core_hours, 3),
        "lost_per_day": round(one.lost_per_day, 3),
    }


def job_record(one: Job) -> Record:
    """Every field of an attempt; lists for nodes and detectors."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name in Job.__dataclass_fields__
        for value in [getattr(one, name)]
    }


def curve_record(one: Curve) -> Record:
    return {
        "cores": one.cores,
        "limit_s": one.limit_s,
        "points": [dataclasses.asdict(point) for point in one.points],
    }


def exemption_record(one: Exemption) -> Record:
    return {
        "id": one.pk,
        "kind": one.kind,
        "value": one.value,
        "cluster": one.cluster,
        "reason": one.reason,
        "until": one.until,
        "made_at": one.made_at,
        "made_by": one.made_by,
        "ended_at": one.ended_at,
        "ended_by": one.ended_by,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
