"""Leave a user, an experiment, a queue or a job alone for a while; with a reason and an end."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.experiments.queries import experiment_by_code
from vigie.jobs.findings.actions.permissions import PERMISSIONS, FindingPermission
from vigie.jobs.findings.events import FindingAudit
from vigie.jobs.findings.models import Exemption
from vigie.jobs.findings.rules import LONGEST_EXEMPTION, ExemptionKind
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.lifecycle import change_one, once
from vigie.people.rules import one_line


@transaction.atomic
def exempt(
    actor: Actor, *, kind: str, value: str, reason: str, until: datetime, cluster: str = ""
) -> Exemption:
    """Jobs of this user, experiment (code), queue, or this one job are not called bad before `until`.

    Said again while it holds: the same row, with the new reason and end. `BadInput` says what is missing.
    """
    require(actor, FindingPermission.EXEMPT, PERMISSIONS)
    value, reason, cluster = one_line(value), one_line(reason), one_line(cluster)
    _check(kind, value, reason, until, cluster)
    now = clock.now()
    same = Exemption.objects.filter(kind=kind, value=value, cluster=cluster, ended_at__isnull=True)
    same.filter(until__lte=now).update(ended_at=now, ended_by="Vigie")  # it ended by itself
    row, made = once(
        same.first,
        lambda: Exemption.objects.create(
            kind=kind,
            value=value,
            cluster=cluster,
            reason=reason,
            until=until,
            made_at=now,
            made_by=actor.actor_label[:200],
        ),
    )
    if not made and (row.reason, row.until) == (reason, until):
        return row
    if not made:
        expect = {"ended_at": None, "until": row.until}
        change_one(row, expect=expect, reason=reason, until=until, made_by=actor.actor_label[:200])
    changes = {"kind": kind, "value": value, "cluster": cluster, "until": until}
    audit.record(FindingAudit.EXEMPTED, actor=actor, subject=row, reason=reason, changes=changes)
    return row


def _check(kind: str, value: str, reason: str, until: datetime, cluster: str) -> None:
    if kind not in set(ExemptionKind):
        kinds = ", ".join(ExemptionKind)
        raise BadInput(
            "exemption.kind",
            _("“%(kind)s” can’t be exempted.") % {"kind": kind[:40]},
            hint=_("What can: %(names)s.") % {"names": kinds},
            field="kind",
        )
    if not value or len(value) > 200:  # noqa: PLR2004 # as the column
        raise BadInput(
            "exemption.value", _("Say which user, experiment, queue or job (200 characters)."), field="value"
        )
    if kind == ExemptionKind.EXPERIMENT:
        experiment_by_code(value)
    if kind == ExemptionKind.JOB and not cluster:
        raise BadInput(
            "exemption.cluster",
            _("Say on which cluster: jobs have the same numbers elsewhere."),
            field="cluster",
        )
    if len(cluster) > 60:  # noqa: PLR2004 # as the column
        raise BadInput("exemption.cluster", _("No cluster has such a long name."), field="cluster")
    if not reason or len(reason) > 500:  # noqa: PLR2004 # as the column
        raise BadInput(
            "exemption.reason", _("Say why: others will ask (500 characters at most)."), field="reason"
        )
    if not _ahead(until):
        raise BadInput(
            "exemption.until", _("An exemption ends on a day to come, within a year."), field="until"
        )


def _ahead(until: datetime) -> bool:
    now = clock.now()
    return now < until <= now + LONGEST_EXEMPTION


@transaction.atomic
def forget_exempter(name: str, label: str) -> None:
    """Exemptions made or ended by somebody who is erased stay, under another name."""
    Exemption.objects.filter(made_by=name).update(made_by=label)
    Exemption.objects.filter(ended_by=name).update(ended_by=label)


@transaction.atomic
def end_exemption(actor: Actor, exemption: Exemption) -> None:
    """Its jobs are judged again, from the next look on."""
    require(actor, FindingPermission.EXEMPT, PERMISSIONS)
    if exemption.ended_at is not None:
        raise Refused("exemption.ended", _("This exemption has ended already."))
    change_one(exemption, expect={"ended_at": None}, ended_at=clock.now(), ended_by=actor.actor_label[:200])
    changes = {"kind": exemption.kind, "value": exemption.value, "cluster": exemption.cluster}
    audit.record(FindingAudit.EXEMPTION_ENDED, actor=actor, subject=exemption, changes=changes)
