"""What the worker does for outages: overdue words climb, stand-ins are relieved. All derived from rows."""

from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from vigie.duty import actions as duty
from vigie.duty import queries as rota
from vigie.duty.rules import DutyCode, Rung
from vigie.kernel import clock
from vigie.kernel.access import System
from vigie.outages.actions.roles import hand_over
from vigie.outages.models import Outage
from vigie.outages.queries import all_due, ongoing, policy
from vigie.outages.rules import Due, RoleName
from vigie.outages.texts import headline, path
from vigie.people.rules import GroupKind


def climb_overdue() -> int:
    """Open an escalation for each overdue word, stand down those whose word has come, climb the rest."""
    now = clock.now()
    overdue = {f"outage:{outage.pk}:{due.key}": (outage, due) for outage, due in all_due() if due.at <= now}
    done = 0
    for escalation in rota.open_escalations().filter(key__startswith="outage:"):
        if escalation.key not in overdue:
            duty.stand_down(escalation, why="done, or no longer owed")
            done += 1
    for key, (outage, due) in overdue.items():
        words = {language: _owed_words(outage, due, language) for language in ("fr", "en")}
        escalation = duty.escalate(
            key=key, what_fr=words["fr"], what_en=words["en"], path=path(outage), rungs=rungs(outage)
        )
        done += duty.climb(escalation)
    return done


def rungs(outage: Outage) -> list[Rung]:
    """Follower at once, backup of Support after a while, then the leads; and the contact with the follower."""
    plan = policy(outage.kind)
    found = [Rung("person", str(outage.follower_id), timedelta(0))] if outage.follower_id else []
    return [
        *found,
        Rung("duty", f"{DutyCode.SUPPORT}:2", plan.backup_after),
        Rung("leads", GroupKind.SUPPORT, plan.lead_after),
    ]


def _owed_words(outage: Outage, due: Due, language: str) -> str:
    with translation.override(language):
        pattern = {
            "first": _("The first notice is overdue. %(line)s"),
            "update": _("The promised update is overdue. %(line)s"),
            "end": _("The end has not been told yet. %(line)s"),
            "report": _("The report is overdue. %(line)s"),
        }[due.what]
        return pattern % {"line": headline(outage, language)}


def relieve_stand_ins() -> int:
    """Where a lead stands in as follower because nobody of Support was on duty, the next shift takes over."""
    shift = rota.on_duty(clock.now(), DutyCode.SUPPORT)
    if not shift:
        return 0
    relieved = 0
    for outage in ongoing().filter(follower_stands_in=True):
        hand_over(System(), outage, RoleName.FOLLOWER, shift[0].person, why=_("a Support shift has begun"))
        relieved += 1
    return relieved
