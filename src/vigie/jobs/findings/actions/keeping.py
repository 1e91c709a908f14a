"""Write down what a look at the jobs found: findings that last, what was measured of them, what came, grew and went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from vigie.experiments.models import Experiment
from vigie.jobs.findings import rules
from vigie.jobs.findings.actions.permissions import PERMISSIONS, FindingPermission
from vigie.jobs.findings.events import FindingAppeared, FindingAudit, FindingGone, FindingGrew
from vigie.jobs.findings.lifecycle import FINDING
from vigie.jobs.findings.models import Finding, FindingMeasure, FindingShare, Synthesis
from vigie.jobs.findings.queries.findings import last_looks, points
from vigie.jobs.findings.rules import Basis, Course, Presence
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import once


@dataclass(frozen=True)
class Share:
    """The part of an experiment (its code; "" for jobs of none) in what was lost; core-hours."""

    experiment: str
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float


@dataclass(frozen=True)
class Found:
    """A cause as a look found it. `lost_per_day`: core-hours a day at the rate of this look."""

    where: Mapping[str, str]
    jobs: int
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float
    risk_ratio: float | None
    low: float
    high: float | None
    since: datetime | None
    sentence_fr: str
    sentence_en: str
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Look:
    """All that one look at the jobs of a cluster found. `at` is the moment of which it speaks, `day` the centre's."""

    cluster: str
    basis: Basis
    at: datetime
    slot: datetime
    day: date
    jobs: int
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float
    unexplained_core_hours: float
    unjudged: int = 0
    found: tuple[Found, ...] = ()
    shares: tuple[Share, ...] = ()


@transaction.atomic
def keep(actor: Actor, look: Look) -> Synthesis:
    """Write a look: its findings found again or new, their measures and shares, and the news, in one transaction.

    The same look again changes nothing but what it corrects; a look older than the last of its basis is kept as
    history and moves no finding.
    """
    require(actor, FindingPermission.LOOK, PERMISSIONS)
    _forget_to_come(look)
    last = last_looks(look.cluster)
    fresh = not ((before := last.get(look.basis)) and before > look.at)
    row = _synthesis(look)
    row.shares.all().delete()
    codes = {one.experiment for one in look.shares}
    codes |= {share.experiment for one in look.found for share in one.shares}
    experiments = {one.code: one for one in Experiment.objects.filter(code__in=codes)}
    _write_shares(row, None, look.shares, experiments)
    kept = [(_keep_one(actor, row, one, fresh=fresh), one) for one in look.found]
    FindingMeasure.objects.filter(synthesis=row).exclude(
        finding__in=[one.pk for one, _found in kept]
    ).delete()
    for finding, one in kept:
        _write_shares(row, finding, one.shares, experiments)
    if fresh:
        looked = {**last, look.basis: look.at}
        _let_go(actor, look, looked, {one.pk for one, _found in kept})
    return row


def _forget_to_come(look: Look) -> None:
    """Looks that a clock which ran ahead dated to a time to come would count as the last until then: they go."""
    limit = clock.now() + rules.SKEW
    Synthesis.objects.filter(cluster=look.cluster, at__gt=limit).delete()
    mine = Finding.objects.filter(cluster=look.cluster)
    for name in ("first_seen", "since", "back_at", "seen_running", "seen_finished"):
        mine.filter(**{f"{name}__gt": limit}).update(**{name: look.at})


def _synthesis(look: Look) -> Synthesis:
    row, _made = Synthesis.objects.update_or_create(
        cluster=look.cluster,
        basis=look.basis,
        slot=look.slot,
        defaults={
            "day": look.day,
            "at": look.at,
            "jobs": look.jobs,
            "flagged": look.flagged,
            "users": look.users,
            "lost_core_hours": look.lost_core_hours,
            "lost_per_day": look.lost_per_day,
            "unexplained_core_hours": look.unexplained_core_hours,
            "unjudged": look.unjudged,
        },
    )
    return row


def _write_shares(
    row: Synthesis, finding: Finding | None, shares: Iterable[Share], experiments: Mapping[str, Experiment]
) -> None:
    FindingShare.objects.bulk_create(
        FindingShare(
            synthesis=row,
            finding=finding,
            experiment=experiments.get(one.experiment),
            flagged=one.flagged,
            users=one.users,
            lost_core_hours=one.lost_core_hours,
            lost_per_day=one.lost_per_day,
        )
        for one in shares
    )


def _keep_one(actor: Actor, row: Synthesis, one: Found, *, fresh: bool) -> Finding:
    where = rules.normal(one.where)
    key = rules.key_of(row.cluster, where)
    finding, made = once(
        Finding.objects.filter(key=key).first,
        lambda: Finding.objects.create(
            cluster=row.cluster, where=where, key=key, basis=row.basis, first_seen=row.at, since=one.since
        ),
    )
    FindingMeasure.objects.update_or_create(finding=finding, synthesis=row, defaults=_numbers(one))
    if fresh:
        _bring_up(actor, finding, row, one, made=made)
    elif row.at < finding.first_seen:
        _began_earlier(finding, row)
    return finding


def _numbers(one: Found) -> dict[str, float | int | None]:
    return {
        "jobs": one.jobs,
        "flagged": one.flagged,
        "users": one.users,
        "lost_core_hours": one.lost_core_hours,
        "lost_per_day": one.lost_per_day,
        "risk_ratio": one.risk_ratio,
        "low": one.low,
        "high": one.high,
    }


def _began_earlier(finding: Finding, row: Synthesis) -> None:
    """A day judged later than those after it: what seemed new was there already."""
    finding.first_seen = row.at
    if finding.presence == Presence.HERE:
        seen = max(at for at in (finding.seen_running, finding.seen_finished, row.at) if at)
        history = points(finding, Basis(finding.basis))
        finding.course = rules.course(seen, history, first_seen=row.at, back_at=finding.back_at)
    finding.save()


def _bring_up(actor: Actor, finding: Finding, row: Synthesis, one: Found, *, made: bool) -> None:
    """The finding as of this look, and the news of it."""
    back = finding.presence == Presence.GONE
    if back:
        FINDING.move(
            finding,
            Presence.HERE,
            field="presence",
            gone_at=None,
            back_at=row.at,
            first_seen=finding.first_seen,
        )
    finding.first_seen = min(finding.first_seen, row.at)
    seen = "seen_running" if row.basis == Basis.RUNNING else "seen_finished"
    setattr(finding, seen, row.at)
    if row.basis == Basis.RUNNING or not _runs_now(finding, row):
        finding.basis = row.basis
        for name, value in _numbers(one).items():
            setattr(finding, name, value)
        finding.sentence_fr, finding.sentence_en = one.sentence_fr, one.sentence_en
    if one.since and (finding.since is None or back or one.since < finding.since):
        finding.since = one.since
    before, history = finding.course, points(finding, Basis(finding.basis))
    finding.course = rules.course(row.at, history, first_seen=finding.first_seen, back_at=finding.back_at)
    finding.save()
    if made or back:
        audit.record(FindingAudit.APPEARED, actor=actor, subject=finding, changes={"where": finding.where})
        emit(FindingAppeared(finding_id=finding.pk, back=back))
    elif finding.course == Course.GROWING != before:
        base = rules.reference(history)
        grown = {"before": base.per_day if base else 0.0, "after": finding.lost_per_day}
        audit.record(FindingAudit.GREW, actor=actor, subject=finding, changes=grown)
        emit(FindingGrew(finding_id=finding.pk, **grown))


def _runs_now(finding: Finding, row: Synthesis) -> bool:
    """Whether running jobs show the cause now: their numbers are the finding's, yesterday's only its past."""
    seen = finding.seen_running
    return seen is not None and row.at - seen < rules.GRACE[Basis.RUNNING]


def _let_go(actor: Actor, look: Look, looked: Mapping[Basis, datetime | None], kept: set[int]) -> None:
    """Findings of this cluster that every basis looked for long enough without seeing them are gone."""
    for finding in Finding.objects.filter(cluster=look.cluster, presence=Presence.HERE).exclude(pk__in=kept):
        seen = {Basis.RUNNING: finding.seen_running, Basis.FINISHED: finding.seen_finished}
        if not rules.is_gone(seen, looked):
            continue
        FINDING.move(finding, Presence.GONE, field="presence", gone_at=look.at, course=Course.GONE)
        audit.record(FindingAudit.GONE, actor=actor, subject=finding, changes={"where": finding.where})
        emit(FindingGone(finding_id=finding.pk))


@transaction.atomic
def forget_before(before: datetime) -> int:
    """Looks older than then go, with what they measured; findings stay as long as a measure or their presence does."""
    gone = Synthesis.objects.filter(at__lt=before).delete()[0]
    old = Finding.objects.filter(presence=Presence.GONE, gone_at__lt=before, measures__isnull=True)
    return gone + old.delete()[0]
