"""What the worker does for outages: overdue words climb, stand-ins are relieved. All derived from rows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from vigie.duty import actions as duty
from vigie.duty import queries as rota
from vigie.duty.rules import DutyCode, Rung
from vigie.kernel import clock
from vigie.kernel.access import System
from vigie.notices.queries import published
from vigie.notices.rules import Kind
from vigie.outages.actions.roles import hand_over
from vigie.outages.actions.tell import approve, compose, publish
from vigie.outages.models import Outage
from vigie.outages.queries import all_due, ongoing, policy
from vigie.outages.rules import Due, RoleName
from vigie.outages.texts import facts_of, headline, path
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
            key=key, what_fr=words["fr"], what_en=words["en"], path=path(outage), rungs=rungs(outage, due)
        )
        done += duty.climb(escalation)
    return done


def rungs(outage: Outage, due: Due) -> list[Rung]:
    """The follower at once (the contact, where it is the contact's word), the backup of the duty, then its leads."""
    plan = policy(outage.kind)
    code, group = (DutyCode.SUPPORT, GroupKind.SUPPORT)
    first = outage.asked_follower_id if due.what == "follower" else outage.follower_id
    if due.of_contact:
        code, group, first = DutyCode.PRODUCTION, GroupKind.OPERATIONS, outage.contact_id
    found = [Rung("person", str(first), timedelta(0))] if first else []
    return [
        *found,
        Rung("duty", f"{code}:2", plan.backup_after),
        Rung("leads", group, plan.lead_after if found else timedelta(0)),
    ]


def _owed_words(outage: Outage, due: Due, language: str) -> str:
    with translation.override(language):
        pattern = {
            "follower": _("Nobody of Support follows this planned outage. %(line)s"),
            "first": _("The first notice is overdue. %(line)s"),
            "reminder": _("The reminder is overdue. %(line)s"),
            "change": _("The change has not been told yet. %(line)s"),
            "cancellation": _("The cancellation has not been told yet. %(line)s"),
            "start": _("The start has not been told yet. %(line)s"),
            "confirm_start": _("Has it begun? Confirm the start, or move it. %(line)s"),
            "confirm_end": _("Is it over? Confirm the end, or extend it. %(line)s"),
            "update": _("The promised update is overdue. %(line)s"),
            "end": _("The end has not been told yet. %(line)s"),
            "report": _("The report is overdue. %(line)s"),
        }[due.what]
        return pattern % {"line": headline(outage, language)}


def send_reminders() -> int:
    """Reminders made from unchanged facts leave by themselves: the announcement's approval covers them (DESIGN §4).

    Where facts changed since, a change notice is owed first and the reminder waits for a person.
    """
    now, sent = clock.now(), 0
    for outage, due in all_due():
        if due.what == "reminder" and due.at <= now < outage.starts_at and covered(outage):
            version = compose(System("plan"), outage, Kind.REMINDER)
            if version.created_by is None:
                approve(System("plan"), outage, version)
                publish(System("plan"), outage, version)
                sent += 1
    return sent


def covered(outage: Outage) -> bool:
    """Whether the newest published notice still says what is so: then its approval covers a reminder."""
    told = published(outage.thread)
    if not told:
        return False
    same: dict[str, Any] = {"next_update_by": None, "elsewhere_fr": (), "elsewhere_en": (), "experiments": ()}
    return replace(told[-1].the_facts, **same) == replace(facts_of(outage), **same)


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
