"""What the worker does for outages: overdue words climb, stand-ins are relieved. All derived from rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.duty import queries as rota
from vigie.duty.escalation.actions import Owed, reconcile
from vigie.duty.escalation.queries import policy_of
from vigie.duty.escalation.rules import Rung, Urgency
from vigie.duty.rules import DutyCode
from vigie.kernel import clock, journal
from vigie.kernel.access import System
from vigie.kernel.errors import Conflict
from vigie.notices.queries import open_version, published
from vigie.notices.rules import Kind
from vigie.outages.actions.roles import hand_over
from vigie.outages.actions.tell import approve, compose, publish
from vigie.outages.models import Alarm, Outage
from vigie.outages.queries import alarms_to_judge, all_due, ongoing, policy
from vigie.outages.rules import DECLARING_SEVERITIES, Due, OutageKind, RoleName
from vigie.outages.texts import facts_of, headline, path
from vigie.people.rules import GroupKind

log = journal.of(__name__)


def climb_overdue() -> int:
    """Have the engine call for each overdue word, and stand down where the word has come."""
    now = clock.now()
    overdue = [(outage, due) for outage, due in all_due() if due.at <= now]
    return reconcile(
        "outage:", {f"outage:{outage.pk}:{due.key}": _owed(outage, due) for outage, due in overdue}
    )


def climb_alarms() -> int:
    """Have the engine call Production where alarms wait for a person longer than its policy says.

    One call for all of one urgency: a storm of alarms must not be a storm of calls.
    """
    oldest = clock.now() - policy_of(DutyCode.PRODUCTION).waits
    waiting = list(alarms_to_judge().filter(outage__isnull=True, firing=True, first_seen__lte=oldest))
    owed: dict[str, Owed] = {}
    for urgency in Urgency:
        rows = [row for row in waiting if (row.severity in DECLARING_SEVERITIES) == (urgency == Urgency.HIGH)]
        if rows:
            words = {language: _alarm_words(rows, language) for language in ("fr", "en")}
            owed[f"alarms:{urgency}"] = Owed(words["fr"], words["en"], "/desk", DutyCode.PRODUCTION, urgency)
    return reconcile("alarms:", owed)


def _alarm_words(rows: Sequence[Alarm], language: str) -> str:
    with translation.override(language):
        count = len(rows)
        pattern = ngettext(
            "An alarm that nobody judged: %(first)s", "%(n)s alarms that nobody judged: %(first)s", count
        )
        return pattern % {"n": count, "first": rows[0].summary[:200]}


Item = TypeVar("Item")


def _one_by_one(items: Iterable[Item], act: Callable[[Item], int]) -> int:
    """Do it for each, returns the sum. What fails for one outage delays no other; the first failure is raised at the
    end, so that the worker shows it. Where somebody acted in between, the next look sees what is left.
    """
    done, failed = 0, None
    for item in items:
        try:
            with transaction.atomic():
                done += act(item)
        except Conflict:
            continue
        except Exception as error:  # raised below
            log.exception("plan.failed", act=act.__name__)
            failed = failed or error
    if failed is not None:
        raise failed
    return done


LOW = frozenset({"report", "follower"})  # nobody is woken for a report


def _owed(outage: Outage, due: Due) -> Owed:
    words = {language: _owed_words(outage, due, language) for language in ("fr", "en")}
    announcing = due.what == "first" and outage.kind == OutageKind.SCHEDULED
    return Owed(
        what_fr=words["fr"],
        what_en=words["en"],
        path=path(outage),
        duty=DutyCode.PRODUCTION if due.of_contact else DutyCode.SUPPORT,
        urgency=Urgency.LOW if announcing or due.what in LOW else Urgency.HIGH,
        rungs=rungs(outage, due),
    )


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
        Rung(
            "leads", group, max(plan.lead_after - plan.backup_after, timedelta(0)) if found else timedelta(0)
        ),
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
    now = clock.now()
    owed = [row for row, due in all_due() if due.what == "reminder" and due.at <= now < row.starts_at]
    return _one_by_one(owed, _remind)


def _remind(outage: Outage) -> int:
    """Begin, approve and publish it at once, unless somebody is writing in this thread: their words come first."""
    begun = open_version(outage.thread)
    if (begun is not None and begun.created_by is not None) or not covered(outage):
        return 0
    vigie = System("plan")
    version = compose(vigie, outage, Kind.REMINDER)
    approve(vigie, outage, version)
    publish(vigie, outage, version)
    return 1


def covered(outage: Outage) -> bool:
    """Whether the newest published notice still says what is so: then its approval covers a reminder."""
    told = published(outage.thread)
    if not told:
        return False
    same: dict[str, Any] = {
        "next_update_by": None,
        "elsewhere_fr": (),
        "elsewhere_en": (),
        "experiments": (),
        "before": (),
    }
    return replace(told[-1].the_facts, **same) == replace(facts_of(outage), **same)


def relieve_stand_ins() -> int:
    """Where a lead stands in as follower because nobody of Support was on duty, the next shift takes over."""
    shift = rota.on_duty(clock.now(), DutyCode.SUPPORT)
    if not shift:
        return 0

    def relieve(outage: Outage) -> int:
        hand_over(System(), outage, RoleName.FOLLOWER, shift[0].person, why=_("a Support shift has begun"))
        return 1

    return _one_by_one(ongoing().filter(follower_stands_in=True), relieve)
